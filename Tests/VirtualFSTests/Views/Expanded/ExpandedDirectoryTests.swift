import Glibc
import Support
import SyntheticRecordings
import Testing
import WaveFile

@testable import Recordings
@testable import VirtualFS

struct ExpandedDirectoryTests {
    private let samples = SyntheticSamples(seed: 3)

    private func volume(_ recordings: [Recording], expansion: UInt32 = 10) throws -> Volume {
        var options = VolumeOptions()
        options.views = try ViewSelection("x10")
        options.expansion = expansion
        return Volume(recordings, options: options)
    }

    /// The rate that a file announces.
    private func rate(_ bytes: [UInt8]) -> UInt32 {
        bytes[24..<28].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    @Test func `a recording has the same samples at a tenth of its rate, in the folders of the plain tree`() throws {
        let volume = try volume([
            .synthetic("pond/mono/0", source: "bat.flac", sampleCount: 333, rate: 384_000, samples: samples),
            .synthetic("0", source: "top.flac", sampleCount: 333, encoding: .unsigned8, samples: samples),
        ])
        #expect(try volume.names(at: "x10") == [".", "..", "pond", "top.wav"])
        #expect(try volume.names(at: "x10/pond/mono") == [".", "..", "bat.wav"])
        let slow = try volume.contents(at: "x10/pond/mono/bat.wav")
        #expect(rate(slow) == 38_400)
        #expect(slow.suffix(666) == samples.bytes(0..<666)[...])
        #expect(try volume.attributes(at: "x10/pond/mono/bat.wav").size == UInt64(slow.count))
        let top = try volume.contents(at: "x10/top.wav")
        #expect(rate(top) == 4_800)
        // With the pad byte.
        #expect(top.suffix(334) == (samples.bytes(0..<333) + [0])[...])
    }

    @Test(
        arguments: [
            (44_100, 10, 4_410), (11_025, 10, 1_103), (11_024, 10, 1_102), (22_050, 20, 1_103), (4, 10, 1),
            (1, 1000, 1),
            (384_000, 7, 54_857),
        ] as [(UInt32, UInt32, UInt32)])
    func `a rate that cannot be divided is rounded to the nearest hertz, and is at least one`(
        rate: UInt32, expansion: UInt32, expected: UInt32
    ) throws {
        let volume = try volume([.synthetic("0", source: "a", rate: rate)], expansion: expansion)
        #expect(self.rate(try volume.contents(at: "x\(expansion)/a.wav")) == expected)
    }

    @Test func `the view is called after how many times slower it is`() throws {
        let volume = try volume([.synthetic("0", source: "a")], expansion: 16)
        #expect(try volume.names() == [".", "..", "a.wav", "x16"])
    }

    @Test func `a recording with its source's header has a header of its own in the view`() throws {
        var facts = Recording.synthetic("0", source: "a", sampleCount: 500).facts
        facts.envelopeSize = EnvelopeSize(headByteCount: 100, tailByteCount: 10)
        let envelope = SourceEnvelope(size: EnvelopeSize(headByteCount: 100, tailByteCount: 10)) { _, range in
            [UInt8](repeating: 7, count: range.count)
        }
        let volume = try volume([Recording(facts, samples: samples, envelope: envelope)])
        let slow = try volume.contents(at: "x10/a.wav")
        #expect(slow.prefix(4) == Array("RIFF".utf8)[...])
        #expect(rate(slow) == 4_800)
        #expect(slow.suffix(1_000) == samples.bytes(0..<1_000)[...])
        #expect(try volume.attributes(at: "x10/a.wav").size == UInt64(slow.count))
    }

    @Test func `inodes are those of no other file, and the same in the next volume`() throws {
        let paths = ["x10", "x10/pond", "x10/pond/a.wav", "pond", "pond/a.wav"]
        let found = try (0..<2).map { _ in
            let volume = try volume([.synthetic("pond/0", source: "a")])
            return try paths.map { try volume.attributes(at: $0).inode }
        }
        #expect(found[0] == found[1])
        #expect(Set(found[0]).count == paths.count)
    }

    @Test func `a recording that cannot be served is not in the view`() throws {
        let volume = try volume([.synthetic("0", source: "huge", sampleCount: .max), .synthetic("1", source: "a")])
        #expect(try volume.names(at: "x10") == [".", "..", "a.wav"])
        #expect(errno { try volume.attributes(at: "x10/huge.wav") } == ENOENT)
    }

    @Test func `a volume without recordings has an empty view, and no group is listed before it is looked into`() throws
    {
        #expect(try volume([]).names(at: "x10") == [".", ".."])
        let volume = try volume([.synthetic("a/b/0", source: "x")])
        _ = try volume.attributes(at: "x10")
        #expect(volume.counts.groups == 1)
    }
}
