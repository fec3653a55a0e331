import Foundation
import Support
import TestSupport
import Testing
import Zarr

@testable import AudioCoding
@testable import Recordings

struct VorbisStreamTests {
    private static let fixture = StreamFixture(name: "clicks.ogg", codec: "vorbis", isExact: true)

    private static func rows(of blob: [UInt8]) throws -> [[UInt64]] {
        let scanner = VorbisUnitScanner()
        let frames = try blob.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        return frames.map { FrameIndexRow($0).numbers }
    }

    /// What the ffmpeg command line decodes `blob` to.
    private static func reference(_ blob: [UInt8]) throws -> [UInt8] {
        try TestFiles.withTemporaryDirectory { directory in
            let file = directory.appending(path: "a.ogg")
            try Data(blob).write(to: file)
            return [UInt8](try run("ffmpeg", "-v", "quiet", "-nostdin", "-i", file.path, "-f", "s16le", "-").output)
        }
    }

    /// A way to put the fixture's packets on pages.
    struct Paging: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Whether granule positions say where the samples are, so that the index is used.
        var isRegular = true
        let change: @Sendable (inout RepagedVorbis) -> Void
    }

    static let pagings = [
        Paging(testDescription: "packets on several pages each") { $0.segmentsPerPage = 1 },
        Paging(testDescription: "some packets on two pages") { $0.segmentsPerPage = 7 },
        Paging(testDescription: "one page for several units") { $0.segmentsPerPage = 255 },
        Paging(testDescription: "granule positions from 90000 on") { $0.origin = 90_000 },
        Paging(testDescription: "negative granule positions at first") { $0.origin = -300 },
        Paging(testDescription: "a jump of granule positions", isRegular: false) { $0.jump = 5000 },
        Paging(testDescription: "a jump back of granule positions", isRegular: false) { $0.jump = -5000 },
        Paging(testDescription: "no last page") { $0.hasLastPage = false },
        Paging(testDescription: "no last page, packets on several pages") {
            $0.hasLastPage = false
            $0.segmentsPerPage = 1
        },
        Paging(testDescription: "a comment of three megabytes") {
            $0.comment = [UInt8](repeating: 0x78, count: 3_000_000)
        },
    ]

    @Test(arguments: pagings)
    func `samples are those of ffmpeg however packets lie on pages, with an index and without`(paging: Paging) throws {
        var repaged = try RepagedVorbis(Self.fixture.bytes)
        paging.change(&repaged)
        let blob = repaged.bytes
        let rows = try Self.rows(of: blob)
        let reference = try Self.reference(blob)
        for index in [rows, nil] {
            try OpenedRecording.with(Self.fixture, blob: blob, indexRows: index, budget: 100_000) { opened in
                let recording = try opened.recording
                #expect(try recording.allBytes() == reference)
                var random = RepeatableRandom(seed: 3)
                for _ in 0..<100 {
                    let range = random.range(within: recording.dataByteCount, longest: 40_000)
                    let expected = reference[Int(range.lowerBound)..<Int(range.upperBound)]
                    #expect(try recording.bytes(range).elementsEqual(expected))
                }
                let isScanned = opened.lines.all.contains { $0.contains("vorbis_index is") }
                #expect(isScanned == (index == nil || !paging.isRegular))
            }
        }
    }

    @Test func `a stream that is cut anywhere has the samples that ffmpeg gives, with an index and without`() throws {
        let bytes = try Self.fixture.bytes
        for count in [bytes.count - 1, bytes.count - 2000, bytes.count - 5000, 12_000, 8_500] {
            let blob = Array(bytes[..<count])
            let reference = try Self.reference(blob)
            for index in [try Self.rows(of: blob), nil] {
                try OpenedRecording.with(Self.fixture, blob: blob, indexRows: index) { opened in
                    let bytes = try opened.recording.allBytes()
                    #expect(bytes == reference, "cut to \(count)")
                    #expect(opened.lines.all.contains { $0.contains("vorbis_index is") } == (index == nil))
                }
            }
        }
    }

    @Test(arguments: ["tiny.ogg", "lavc.ogg", "stereo.ogg", "mono.ogg", "lowrate.ogg", "surround6.ogg"])
    func `short streams are right to their last sample by their index alone`(name: String) throws {
        let blob = Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "coded/\(name)")))
        try OpenedRecording.with(Self.fixture, blob: blob, indexRows: Self.rows(of: blob)) { opened in
            let bytes = try opened.recording.allBytes()
            #expect(try bytes == Self.reference(blob))
            #expect(!opened.lines.all.contains { $0.contains("vorbis_index is") })
        }
    }

    @Test func `an index of another stream, or of a part, is not used for the length`() throws {
        let bytes = try Self.fixture.bytes
        let rows = try Self.rows(of: bytes)
        let reference = try Self.reference(bytes)
        let last = try #require(rows.last)
        for wrong in [
            rows.dropLast(), rows + [last], rows.dropLast() + [[last[0], last[1], last[2] + 1]],
            rows.dropLast() + [[last[0], last[1] - 1, last[2]]],
            rows.dropLast() + [[last[0] + 1, last[1] - 1, last[2]]],
        ] {
            try OpenedRecording.with(Self.fixture, indexRows: Array(wrong)) { opened in
                let bytes = try opened.recording.allBytes()
                #expect(bytes == reference)
                #expect(opened.lines.all.filter { $0.contains("vorbis_index is wrong") }.count == 1)
            }
        }
    }

    // MARK: - Cost

    private static func withCounted<T>(
        rows: [[UInt64]]?, _ body: (CountingStore, Recording) throws -> T
    ) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: "vorbis", blob: fixture.bytes)
            if let rows { try store.addTable("0/vorbis_index", rows: rows) }
            let counting = CountingStore(try DirectoryStore(path: directory.path))
            return try body(counting, OpenedRecording(store: counting).recording)
        }
    }

    @Test func `a unit of Vorbis is one read of its pages and one of its row, and so are units that follow each other`()
        throws
    {
        let rows = try Self.rows(of: Self.fixture.bytes)
        try Self.withCounted(rows: rows) { store, recording in
            for range in [90_000..<90_100 as Range<UInt64>, 200_000..<290_000] {
                _ = (store.takeBlobReads(), store.takeIndexReads())
                _ = try recording.bytes(range)
                #expect(store.takeBlobReads() == 1)
                #expect(store.takeIndexReads() == 1)
            }
        }
    }

    @Test func `opening Vorbis with an index reads its front and its last pages alone`() throws {
        let rows = try Self.rows(of: Self.fixture.bytes)
        let (front, last) = (64 << 10, try #require(rows.last))
        try Self.withCounted(rows: rows) { store, _ in
            #expect(store.takeCount() <= front + Int(last[1]) + 24)
        }
    }

    // MARK: - Damage

    @Test func `a damaged page of Vorbis with an index loses the units that need it, and no others`() throws {
        var blob = try Self.fixture.bytes
        let rows = try Self.rows(of: blob)
        let reference = try Self.reference(blob)
        let place = UInt64(blob.count / 2)
        blob[Int(place)] ^= 0x10
        let lost = rows.indices.filter { rows[$0][0] <= place && place < rows[$0][0] + rows[$0][1] }
        #expect((2...5).contains(lost.count))
        try OpenedRecording.with(Self.fixture, blob: blob, indexRows: rows) { opened in
            let recording = try opened.recording
            #expect(recording.dataByteCount == UInt64(reference.count))
            for unit in rows.indices {
                let range = unit * 16_384..<min((unit + 1) * 16_384, reference.count)
                let bytes = try? recording.bytes(UInt64(range.lowerBound)..<UInt64(range.upperBound))
                #expect(lost.contains(unit) ? bytes == nil : bytes?.elementsEqual(reference[range]) == true)
            }
        }
    }

    @Test func `a damaged page of Vorbis without an index is left out, and all samples after it come earlier`() throws {
        var blob = try Self.fixture.bytes
        let reference = try Self.reference(blob)
        blob[blob.count / 2] ^= 0x10
        try OpenedRecording.with(Self.fixture, blob: blob) { opened in
            let bytes = try opened.recording.allBytes()
            #expect(bytes.count < reference.count - 10_000)
            #expect(bytes[..<100_000] == reference[..<100_000])
            #expect(bytes.suffix(100_000) == reference.suffix(100_000))
        }
    }
}
