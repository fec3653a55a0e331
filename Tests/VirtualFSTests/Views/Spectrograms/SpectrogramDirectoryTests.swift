import Glibc
import Recordings
import Spectrogram
import Support
import SyntheticRecordings
import Testing

@testable import VirtualFS

@Suite struct `The view of spectrograms` {
    private func volume(_ recordings: [Recording], problems: [RecordingError] = []) throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection("spectrograms")
        return Volume(recordings, problems: problems, options: options)
    }

    private let recordings: [Recording] = [
        .synthetic("0", source: "top.flac", start: Timestamp(iso8601: "2025-06-18T05:00:00Z")),
        .synthetic("pond/0", source: "a.wav"), .synthetic("pond/1", source: "a.WAV"),
        .synthetic("pond/2", source: "a.b.opus"), .synthetic("pond/a.png/0", source: "deep.mp3"),
    ]

    @Test func `pictures are called as the WAV files, in the same directories`() throws {
        let volume = try volume(recordings)
        #expect(try volume.names(at: "spectrograms") == [".", "..", "pond", "top.png"])
        #expect(
            try volume.names(at: "spectrograms/pond") == [".", "..", "a.b.png", "a.png", "a~0.png", "a~1.png"])
        #expect(try volume.names(at: "spectrograms/pond/a.png") == [".", "..", "deep.png"])
    }

    @Test func `a picture is what zarrwlr spectrogram draws, of the size that is announced`() throws {
        let volume = try volume(recordings)
        let expected = try SpectrogramPicture(of: recordings[0]).draw().png
        let attributes = try volume.attributes(at: "spectrograms/top.png")
        #expect(attributes.size == UInt64(expected.count))
        #expect(attributes.modified == Timestamp(iso8601: "2025-06-18T05:00:00Z"))
        let bytes = try volume.contents(at: "spectrograms/top.png")
        let isSame = bytes == expected
        #expect(isSame)
        let handle = try volume.open(attributes.inode)
        for (offset, size) in [(0, 8), (900_000, 100), (expected.count - 3, 10), (expected.count, 1)] {
            let part = try volume.read(handle, offset: UInt64(offset), size: UInt64(size)).flatMap { Array($0.bytes) }
            #expect(part == Array(expected.dropFirst(offset).prefix(size)))
        }
        try volume.release(handle)
    }

    @Test func `inodes are those of no other file, and the same in the next volume`() throws {
        func inodes() throws -> [Inode] {
            let volume = try volume(recordings)
            return try [
                "top.wav", "pond", "pond/a.wav", "spectrograms", "spectrograms/top.png", "spectrograms/pond",
                "spectrograms/pond/a.png", "spectrograms/pond/a~0.png",
            ].map { try volume.attributes(at: $0).inode }
        }
        let first = try inodes()
        #expect(Set(first).count == first.count)
        #expect(try inodes() == first)
    }

    @Test func `a picture of which a part cannot be read is an error`() throws {
        let samples = SyntheticSamples(seed: 1, unreadable: 900_000..<900_100)
        let volume = try volume([.synthetic("0", source: "a.flac", sampleCount: 600_000, samples: samples)])
        let attributes = try volume.attributes(at: "spectrograms/a.png")
        #expect(attributes.size == UInt64(SpectrogramPicture.byteCount(SpectrogramOptions())))
        #expect(errno { try volume.contents(at: "spectrograms/a.png") } == EIO)
    }

    @Test func `nothing is listed before the view is looked into`() throws {
        let volume = try volume(recordings)
        _ = try volume.attributes(at: "spectrograms")
        #expect(volume.counts.groups <= 1)
        #expect(try self.volume([]).names(at: "spectrograms") == [".", ".."])
    }
}
