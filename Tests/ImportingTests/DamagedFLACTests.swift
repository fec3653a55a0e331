import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile

/// FLAC files with whole frames whose header, order or surroundings are wrong.
struct DamagedFLACTests {
    /// Three seconds of noise in frames of 4096 samples.
    private struct Source {
        let fixture: ImportFixture
        let bytes: [UInt8]
        /// Where each frame begins, and the end of the last.
        let frames: [Int]
        /// The samples that ffmpeg decodes.
        let samples: [UInt8]
        /// Bytes of the samples of a frame.
        var frameByteCount: Int { 4_096 * 2 }

        init() throws {
            fixture = try ImportFixture()
            bytes = try DamagedSourceTests.make(
                "a.flac", ["-sample_fmt", "s16", "-frame_size", "4096"], in: fixture)
            frames = try DamagedSourceTests.packets(bytes, "a.flac", in: fixture).map(\.0) + [bytes.count]
            samples = try ReferenceDecode.samples(of: fixture.folder.appending(path: "whole-a.flac"))
        }

        var head: ArraySlice<UInt8> { bytes[..<frames[0]] }

        func frames(_ range: Range<Int>) -> ArraySlice<UInt8> {
            bytes[frames[range.lowerBound]..<frames[range.upperBound]]
        }

        /// The samples with silence for frames `range`.
        func samples(without range: Range<Int>) -> [UInt8] {
            var samples = samples
            let bytes = range.lowerBound * frameByteCount..<range.upperBound * frameByteCount
            samples.replaceSubrange(bytes, with: repeatElement(0, count: bytes.count))
            return samples
        }

        /// Imports `bytes`, expects `expected` samples, and returns the notes.
        func notes(on bytes: [UInt8], _ expected: [UInt8]) throws -> [String] {
            let (imported, recording) = try fixture.importBytes(bytes, name: "b.flac")
            let isRight = try recording.sampleBytes() == expected
            #expect(isRight, "\(imported)")
            let keepsSource = try imported.keepsSource && fixture.bytes("damaged_source", of: recording) == bytes
            #expect(keepsSource)
            #expect(try DamagedSourceTests.faults(of: fixture).isEmpty)
            #expect(throws: ImportError.self) {
                try ImportFixture().importBytes(bytes, name: "b.flac", DamagedSourceTests.strict)
            }
            return imported.notes
        }
    }

    /// `bytes`, FLAC, with `value` in STREAMINFO instead of the bits at `offset`.
    private static func setting(_ value: UInt64, bits: Int, at offset: Int, in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for bit in 0..<bits {
            let (place, mask) = (8 + (offset + bit) / 8, UInt8(0x80) >> UInt8((offset + bit) % 8))
            if value >> UInt64(bits - 1 - bit) & 1 == 1 { bytes[place] |= mask } else { bytes[place] &= ~mask }
        }
        return bytes
    }

    /// A field of STREAMINFO, and what is written there: value, bits, offset in bits (RFC 9639 section 8.2).
    private static let wrongFields: [(String, UInt64, Int, Int)] = [
        ("rate", 44_100, 20, 80), ("rate", 0, 20, 80), ("channels", 1, 3, 100), ("bits", 23, 5, 103),
        ("largest block", 16, 16, 16), ("largest block", 15, 16, 16), ("largest block", 65_535, 16, 16),
        ("both blocks", 0, 32, 0), ("both blocks", 65_535 << 16 | 65_535, 32, 0),
        ("both blocks", 4_608 << 16 | 1_152, 32, 0),
    ]

    @Test(arguments: wrongFields)
    func `what the frames of FLAC say counts, not a STREAMINFO that contradicts them`(
        what: String, value: UInt64, bits: Int, offset: Int
    ) throws {
        let source = try Source()
        let notes = try source.notes(
            on: Self.setting(value, bits: bits, at: offset, in: source.bytes), source.samples)
        #expect(notes.contains { $0.hasPrefix("its STREAMINFO announces ") }, "\(what): \(notes)")
    }

    @Test(arguments: ["missing", "last", "twice", "long", "junk in front"])
    func `FLAC is found behind a header that breaks the rules`(kind: String) throws {
        let source = try Source()
        let info = Array(source.bytes[8..<42])
        func block(_ type: UInt8, _ bytes: [UInt8]) -> [UInt8] { [type, 0, 0, UInt8(bytes.count)] + bytes }
        let padding: UInt8 = 1
        let heads: [String: [UInt8]] = [
            "missing": block(padding | 0x80, [0, 0, 0]),
            "last": block(padding, [0, 0, 0]) + block(0x80, info),
            "twice": block(0, info) + block(0x80, info),
            "long": block(0x80, info + [0, 0, 0, 0, 0, 0]),
        ]
        let head = heads[kind].map { Array("fLaC".utf8) + $0 } ?? Array(repeating: 0x2A, count: 99) + source.head
        let notes = try source.notes(on: head + source.bytes[source.frames[0]...], source.samples)
        #expect(notes.contains { $0.hasSuffix("what its frames say counts") }, "\(notes)")
    }

    @Test func `bytes between the header of FLAC and its first frame are named, by the import alone`() throws {
        let source = try Source()
        let again = source.head.dropFirst(4)
        let bytes = Array(source.head) + again + source.bytes[source.frames[0]...]
        let notes = try source.notes(on: bytes, source.samples)
        #expect(notes.contains { $0.contains("\(again.count) bytes") }, "\(notes)")
    }

    @Test func `frames of FLAC that are there twice, or out of order, keep the places that their numbers give`() throws
    {
        let source = try Source()
        let last = source.frames.count - 1
        let twice = source.head + source.frames(0..<20) + source.frames(10..<last)
        #expect(
            try source.notes(on: Array(twice), source.samples).contains(
                "10 of its frames are there twice: each is taken once"))
        let other = try Source()
        let swapped =
            other.head + other.frames(0..<10) + other.frames(15..<20) + other.frames(10..<15) + other.frames(20..<last)
        #expect(
            try other.notes(on: Array(swapped), other.samples).contains(
                "frames are out of order: each is put where its number says"))
    }

    @Test func `silence stands for frames that FLAC has lost, the first among them`() throws {
        let source = try Source()
        let last = source.frames.count - 1
        let lost = Array(source.head + source.frames(0..<10) + source.frames(15..<last))
        #expect(
            try source.notes(on: lost, source.samples(without: 10..<15)).contains(
                "silence stands for 0:00:00.426 that are missing, the first at 0:00:00.853"))
        let first = try Source()
        var damaged = first.bytes
        damaged[first.frames[0] + 500] ^= 0x55
        #expect(
            try first.notes(on: damaged, first.samples(without: 0..<1)).contains(
                "silence stands for 0:00:00.085 that are missing, the first at 0:00:00.000"))
        let head = try Source()
        _ = try head.notes(on: Array(head.head + head.frames(10..<last)), head.samples(without: 0..<10))
    }

    @Test func `a piece of a longer FLAC stream begins with its first frame, and a note says so`() throws {
        let source = try Source()
        let last = source.frames.count - 1
        let piece = DamagedSourceTests.announcing(0, Array(source.head + source.frames(10..<last)))
        let notes = try source.notes(on: piece, Array(source.samples.dropFirst(10 * source.frameByteCount)))
        #expect(
            notes.contains(
                "its first frame is numbered as that of 0:00:00.853 of a longer stream: it begins with it"))
    }

    @Test(arguments: [
        (["-ar", "44100", "-sample_fmt", "s16"], "its rate changes from 48000 to 44100 Hz"),
        (["-ac", "2", "-sample_fmt", "s16"], "its channels change from 1 to 2"),
        (["-sample_fmt", "s32"], "its bits a sample change from 16 to 24"),
    ])
    func `FLAC whose form changes midway is refused by name, before it is encoded and in a plan`(
        arguments: [String], change: String
    ) throws {
        let source = try Source()
        let other = try DamagedSourceTests.make("other.flac", arguments, in: source.fixture)
        let start = try DamagedSourceTests.packets(other, "other.flac", in: source.fixture)[5].0
        for bytes in [source.head + source.frames(0..<10) + other[start...], source.bytes[...] + other] {
            let path = try source.fixture.file("joined.flac", Array(bytes))
            let time = bytes.count == source.bytes.count + other.count ? "0:00:03.000" : "0:00:00.853"
            let words = "\(change) at \(time): split it there"
            let error = #expect(throws: ImportError.self) { try source.fixture.importFile(path) }
            #expect(error?.summary == words)
            let planned = #expect(throws: ImportError.self) {
                try Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20)).plan(for: path)
            }
            #expect(planned?.summary == words)
        }
    }

    @Test func `damaged FLAC of 32 bits keeps its samples and their places`() throws {
        let fixture = try ImportFixture()
        let wave = fixture.folder.appending(path: "wide.wav"), path = fixture.folder.appending(path: "wide.flac")
        _ = try runChecked([
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "anoisesrc=d=1:r=48000:seed=3:a=0.3", "-c:a",
            "pcm_s32le", wave.path,
        ])
        _ = try runChecked(["flac", "-s", "-f", "-o", path.path, wave.path])
        let whole = try fixture.importFile(path.path).recording.sampleBytes()
        let bytes = Self.setting(44_100, bits: 20, at: 80, in: Array(try Data(contentsOf: path)))
        let (_, recording) = try fixture.importBytes(bytes, name: "b.flac")
        let isSame = try recording.sampleBytes() == whole
        #expect(isSame && recording.format.encoding == .integer32 && recording.format.sampleRate == 48_000)
    }
}
