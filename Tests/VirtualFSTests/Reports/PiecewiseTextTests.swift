import Recordings
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

struct PiecewiseTextTests {
    @Test func `a text in pieces finds the piece that each of its bytes is in`() {
        let text = PiecewiseText(["ab", "", "cde", "f", ""].map { piece in { piece } })
        #expect(text.byteCount == 6)
        #expect(text.pieceCount == 3)
        let places = (0..<7).map { text.piece(at: $0) }
        #expect(places.map { $0?.index } == [0, 0, 1, 1, 1, 2, nil])
        #expect(places.map { $0?.start } == [0, 0, 2, 2, 2, 5, nil])
        #expect((0..<3).map { Array(text.bytes(ofPiece: $0).bytes) } == ["ab", "cde", "f"].map { Array($0.utf8) })
    }

    @Test func `a report reads the same in parts of any size, from any place`() throws {
        let volume = Volume(
            (0..<700).map { .synthetic("\($0 % 3 == 0 ? "a" : "b")/\($0)", source: "\($0).flac") },
            problems: (0..<10).map { RecordingError("is not served", recording: "a/x\($0)") })
        for name in [".zarrwlr/recordings.csv", ".zarrwlr/problems.txt"] {
            let whole = try volume.contents(at: name)
            #expect(try UInt64(whole.count) == volume.attributes(at: name).size)
            let handle = try volume.open(volume.attributes(at: name).inode)
            for (offset, size) in [
                (0, 1), (17, 40_000), (5, 4_096), (whole.count - 3, 10), (whole.count, 1), (30_000, 9),
            ] {
                let part = try volume.read(handle, offset: UInt64(offset), size: UInt64(size)).flatMap {
                    Array($0.bytes)
                }
                #expect(part == Array(whole.dropFirst(offset).prefix(size)))
            }
            try volume.release(handle)
        }
        #expect(try volume.text(at: ".zarrwlr/recordings.csv").split(separator: "\n").count == 701)
        #expect(try volume.text(at: ".zarrwlr/problems.txt").split(separator: "\n").count == 10)
    }
}
