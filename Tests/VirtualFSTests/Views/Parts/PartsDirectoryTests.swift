import Glibc
import Support
import SyntheticRecordings
import Testing
import WaveFile

@testable import Recordings
@testable import VirtualFS

struct PartsDirectoryTests {
    private let samples = SyntheticSamples(seed: 4)
    private static let smallest: UInt64 = 1 << 17

    private func volume(_ recordings: [Recording], byteCount: UInt64 = smallest) throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection("parts")
        options.partByteCount = byteCount
        return Volume(recordings, options: options)
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// The samples of a WAV file, as its `data` chunk, the last one, says.
    private func data(of file: [UInt8]) throws -> ArraySlice<UInt8> {
        var position = 12
        while position + 8 <= file.count {
            let size = number(file[(position + 4)..<(position + 8)])
            if file[position..<position + 4].elementsEqual("data".utf8) { return file[(position + 8)...].prefix(size) }
            position += 8 + size + size % 2
        }
        throw VirtualFSError.invalid
    }

    @Test(
        arguments: [
            (1, 1), (65_000, 1), (65_536, 1), (131_028, 1), (500_000, 1), (300_000, 3), (0, 1), (70_000, 32_767),
        ] as [(UInt64, Int)])
    func `parts end to end are the recording, as long as they may be, each with its own start`(
        count: UInt64, channels: Int
    ) throws {
        let count = channels > 3 ? 10 : count
        let start = try #require(Timestamp(iso8601: "2024-09-03T21:00:00+02:00"))
        let volume = try volume([
            .synthetic(
                "pond/0", source: "night.flac", sampleCount: count, channels: channels, start: start, samples: samples)
        ])
        let names = try volume.names(at: "parts/pond/night").dropFirst(2)
        var found: [UInt8] = []
        let blockAlign = UInt64(2 * channels)
        for (place, name) in names.enumerated() {
            let path = "parts/pond/night/\(name)"
            #expect(name == "night_\(place.padded(to: 3)).wav")
            let attributes = try volume.attributes(at: path)
            let file = try volume.contents(at: path)
            #expect(attributes.size == UInt64(file.count))
            #expect(attributes.size <= Self.smallest)
            if place + 1 < names.count { #expect(attributes.size + blockAlign + 1 > Self.smallest) }
            #expect(file.prefix(4).elementsEqual("RIFF".utf8))
            #expect(number(file[4..<8]) == file.count - 8)
            let begun = start.adding(samples: UInt64(found.count) / blockAlign, rate: 48_000)
            #expect(attributes.modified == begun)
            found += try data(of: file)
        }
        let isWhole = found == samples.bytes(0..<count * blockAlign)
        #expect(isWhole)
        #expect(!names.isEmpty)
    }

    @Test func `a recording of over 4 GiB has parts of just below 2 GiB unless the user says otherwise`() throws {
        let volume = try volume(
            [.synthetic("0", source: "long.flac", sampleCount: 3_000_000_000, samples: samples)],
            byteCount: VolumeOptions().partByteCount)
        #expect(try volume.names(at: "parts/long") == [".", "..", "long_000.wav", "long_001.wav", "long_002.wav"])
        let attributes = try volume.attributes(at: "parts/long/long_001.wav")
        #expect(attributes.size < 1 << 31)
        #expect(attributes.size >= 1 << 31 - 3)
        let handle = try volume.open(attributes.inode)
        let last = try volume.read(handle, offset: attributes.size - 4, size: 100).flatMap { Array($0.bytes) }
        let head = try volume.read(handle, offset: 0, size: 8).flatMap { Array($0.bytes) }
        #expect(head.prefix(4).elementsEqual("RIFF".utf8))
        #expect(number(head[4...]) + 8 == Int(attributes.size))
        #expect(last.count == 4)
        try volume.release(handle)
        #expect(try volume.attributes(at: "parts/long/long_002.wav").size < 1 << 31)
    }

    @Test func `the largest parts are RIFF, too`() throws {
        let volume = try volume(
            [.synthetic("0", source: "long.flac", sampleCount: 3_000_000_000, channels: 3, encoding: .unsigned8)],
            byteCount: VolumeOptions.partByteCounts.upperBound)
        let attributes = try volume.attributes(at: "parts/long/long_000.wav")
        #expect(attributes.size > 1 << 32 - 10)
        let handle = try volume.open(attributes.inode)
        #expect(try volume.read(handle, offset: 0, size: 4).flatMap { Array($0.bytes) } == Array("RIFF".utf8))
        try volume.release(handle)
    }

    @Test func `recordings have directories without the ending of their names, in the folders of the plain tree`()
        throws
    {
        let volume = try volume([
            .synthetic("0", source: "a.flac"), .synthetic("1", source: "a.WAV"), .synthetic("2", source: "pond.flac"),
            .synthetic("pond/0", source: "x.flac"), .synthetic("3", source: "a.opus"),
        ])
        #expect(try volume.names() == [".", "..", "a.WAV", "a.wav", "a~3.wav", "parts", "pond", "pond.wav"])
        #expect(try volume.names(at: "parts") == [".", "..", "a", "a~1", "a~3", "pond", "pond~2"])
        #expect(try volume.names(at: "parts/pond") == [".", "..", "x"])
        #expect(try volume.names(at: "parts/a~1") == [".", "..", "a~1_000.wav"])
        #expect(try volume.names(at: "parts/pond~2") == [".", "..", "pond~2_000.wav"])
    }

    @Test func `names of parts stay within 255 bytes`() throws {
        let long = String(repeating: "é", count: 200)
        let volume = try volume([.synthetic("0", source: "\(long).flac", sampleCount: 200_000)])
        let directory = try #require(try volume.names(at: "parts").last)
        #expect(directory.utf8.count > 240)
        let names = try volume.names(at: "parts/\(directory)").dropFirst(2)
        #expect(names.count > 1)
        #expect(names.allSatisfy { $0.utf8.count <= 255 && $0.hasSuffix(".wav") })
        #expect(Set(names).count == names.count)
    }

    @Test func `more than a thousand parts are in the order of their names`() throws {
        let volume = try volume([.synthetic("0", source: "a", sampleCount: 100_000_000)])
        let names = try volume.names(at: "parts/a").dropFirst(2)
        #expect(names.count > 1_000)
        #expect(names.first == "a_0000.wav")
        #expect(names.last == "a_\(names.count - 1).wav")
        #expect(names.sorted() == Array(names))
    }

    @Test func `what a store announces and has no place for costs nothing`() throws {
        let volume = try volume([.synthetic("0", source: "absurd", sampleCount: 1 << 60)])
        #expect(try volume.attributes(at: "absurd.wav").size > 1 << 60)
        #expect(try volume.names(at: "parts/absurd") == [".", ".."])
    }

    @Test func `a recording that cannot be served is not in the view`() throws {
        let volume = try volume([.synthetic("0", source: "huge", sampleCount: .max), .synthetic("1", source: "a")])
        #expect(try volume.names(at: "parts") == [".", "..", "a"])
        #expect(errno { try volume.attributes(at: "parts/huge") } == ENOENT)
    }

    @Test func `inodes are those of no other file, and the same in the next volume`() throws {
        let paths = [
            "parts", "parts/pond", "parts/pond/a", "parts/pond/a/a_000.wav", "parts/pond/a/a_001.wav", "pond",
            "pond/a.wav",
        ]
        let found = try (0..<2).map { _ in
            let volume = try volume([.synthetic("pond/0", source: "a", sampleCount: 100_000)])
            return try paths.map { try volume.attributes(at: $0).inode }
        }
        #expect(found[0] == found[1])
        #expect(Set(found[0]).count == paths.count)
    }

    @Test func `a volume without recordings has an empty view`() throws {
        #expect(try volume([]).names(at: "parts") == [".", ".."])
    }

    @Test func `no group is listed before the view is looked into`() throws {
        let volume = try volume([.synthetic("a/b/0", source: "x")])
        _ = try volume.attributes(at: "parts")
        #expect(volume.counts.groups == 1)
    }
}
