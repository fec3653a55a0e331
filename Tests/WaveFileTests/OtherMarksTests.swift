import TestSupport
import Testing

@testable import WaveFile

/// Marks in files whose numbers are big-endian, or that are not RIFF.
@Suite struct `Marks of other files` {
    private func bigEndian(_ values: UInt32...) -> [UInt8] {
        values.flatMap { WaveBuilder.littleEndian($0.byteSwapped) }
    }

    private func short(_ value: UInt16) -> [UInt8] { WaveBuilder.littleEndian(value.byteSwapped) }

    private func littleEndian(_ values: UInt64...) -> [UInt8] { values.flatMap { WaveBuilder.littleEndian($0) } }

    /// A chunk with a big-endian size.
    private func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        Array(name.utf8) + bigEndian(UInt32(contents.count)) + contents
            + [UInt8](repeating: 0, count: contents.count % 2)
    }

    private static let format: [UInt8] = [0, 1, 0, 1, 0, 0, 0xBB, 0x80, 0, 1, 0x77, 0, 0, 2, 0, 16]

    @Test func `in RIFX are those of RIFF with their bytes swapped`() throws {
        var builder = WaveBuilder(form: "RIFX")
        builder.addBigEndian("fmt ", Self.format)
        builder.addBigEndian("data", Array(1...8))
        builder.addBigEndian("cue ", bigEndian(1) + bigEndian(7, 3) + Array("data".utf8) + bigEndian(0, 0, 3))
        var labels = Array("adtl".utf8)
        labels += chunk("labl", bigEndian(7) + Array("song\0".utf8))
        labels += chunk("ltxt", bigEndian(7, 2) + Array("rgn ".utf8) + bigEndian(0, 0))
        builder.addBigEndian("LIST", labels)
        builder.addBigEndian(
            "smpl", bigEndian(0, 0, 0, 60, 0, 0, 0, 1, 0) + bigEndian(5, 0, 1, 2, 0, 3))
        var bext = [UInt8](repeating: 0, count: 338)
        bext += bigEndian(0, 77) + short(UInt16(2)) + [UInt8](repeating: 9, count: 64)
        bext += short(UInt16(bitPattern: -2300)) + [UInt8](repeating: 0, count: 8 + 180)
        builder.addBigEndian("bext", bext)
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        var expected = CuePoint(identifier: 7, sample: 3)
        expected.label = "song"
        expected.sampleCount = 2
        expected.purpose = "rgn"
        expected.text = ""
        #expect(metadata.cues == [expected])
        #expect(metadata.sampler?.note == 60)
        #expect(
            metadata.sampler?.loops == [SamplerChunk.Loop(identifier: 5, kind: 0, first: 1, last: 2, playCount: 3)])
        #expect(metadata.broadcast?.timeReference == 77)
        #expect(metadata.broadcast?.materialIdentifier == [UInt8](repeating: 9, count: 64))
        #expect(metadata.broadcast?.loudness == [-2300, 0, 0, 0, 0])
    }

    /// A file of these chunks around its samples.
    private func aiff(before: [UInt8] = [], after: [UInt8] = []) -> [UInt8] {
        let common = chunk("COMM", [0, 1, 0, 0, 0, 4, 0, 16, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0])
        let chunks = common + before + chunk("SSND", bigEndian(0, 0) + Array(1...8)) + after
        return Array("FORM".utf8) + bigEndian(UInt32(chunks.count + 4)) + Array("AIFF".utf8) + chunks
    }

    @Test(arguments: [true, false])
    func `in AIFF are read before and behind the samples, with their comments`(isBefore: Bool) throws {
        var marks = short(UInt16(2))
        marks += short(UInt16(1)) + bigEndian(480) + [4] + Array("call".utf8) + [0]
        marks += short(UInt16(9)) + bigEndian(960) + [3] + Array("end".utf8)
        var comments = short(UInt16(2))
        comments += bigEndian(0) + short(UInt16(9)) + short(UInt16(5)) + Array("a bat".utf8) + [0]
        comments += bigEndian(0) + short(UInt16(0)) + short(UInt16(4)) + Array("pond".utf8)
        let chunks = chunk("MARK", marks) + chunk("COMT", comments)
        let bytes = isBefore ? aiff(before: chunks) : aiff(after: chunks)
        let metadata = try #require(try WaveMetadata(ofOtherFile: WaveBytes(bytes)))
        #expect(metadata.cues.map(\.sample) == [480, 960])
        #expect(metadata.cues.map(\.label) == ["call", "end"])
        #expect(metadata.cues.map(\.note) == [nil, "a bat"])
        #expect(metadata.comment == "pond")
        // Nothing is read behind its end, wherever that is.
        for count in bytes.indices { _ = try WaveMetadata(ofOtherFile: WaveBytes(Array(bytes[..<count]))) }
    }

    private static let riff: [UInt8] = [
        0x72, 0x69, 0x66, 0x66, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0,
    ]
    private static let marker: [UInt8] = [
        0x56, 0x62, 0xF7, 0xAB, 0x2D, 0x39, 0xD2, 0x11, 0x86, 0xC7, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A,
    ]

    private func wave64Chunk(_ identifier: [UInt8], _ contents: [UInt8]) -> [UInt8] {
        identifier + littleEndian(UInt64(contents.count + 24)) + contents
            + [UInt8](repeating: 0, count: (8 - contents.count % 8) % 8)
    }

    private func identifier(_ name: String) -> [UInt8] {
        Array(name.utf8) + [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
    }

    @Test func `in Wave64 are in a chunk of their own, or in those of RIFF`() throws {
        let text = Array("Lärm\0".utf16).flatMap { WaveBuilder.littleEndian($0) }
        var marks = WaveBuilder.littleEndian(UInt32(2))
        marks += littleEndian(1, 480, 960, UInt64(text.count)) + text
        marks += littleEndian(2, 5_000_000_000, UInt64.max, 0)
        var bytes = Self.riff + littleEndian(0) + identifier("wave")
        bytes += wave64Chunk(identifier("fmt "), Array(WaveBuilder.formatContents))
        bytes += wave64Chunk(identifier("data"), Array(1...8))
        bytes += wave64Chunk(Self.marker, marks)
        bytes += wave64Chunk(identifier("guan"), Array("Make: Maker\n".utf8))
        let metadata = try #require(try WaveMetadata(ofOtherFile: WaveBytes(bytes)))
        #expect(metadata.cues.map(\.sample) == [480, 5_000_000_000])
        #expect(metadata.cues.map(\.sampleCount) == [960, nil])
        #expect(metadata.cues.map(\.label) == ["Lärm", nil])
        #expect(metadata.guano == [MetadataField(name: "Make", value: "Maker")])
        for count in bytes.indices { _ = try WaveMetadata(ofOtherFile: WaveBytes(Array(bytes[..<count]))) }
    }

    @Test func `are not looked for in files of other kinds`() throws {
        for start in ["RIFF0000WAVE", "caff0000", "OggS", ""] {
            #expect(try WaveMetadata(ofOtherFile: WaveBytes(Array(start.utf8))) == nil)
        }
    }

    @Test func `are as many as are read of a WAV file`() throws {
        var metadata = WaveMetadata()
        metadata.add(marks: (0..<5_000).map { CuePoint(identifier: $0, sample: UInt64($0)) })
        #expect(metadata.cues.count == 4_096)
        #expect(metadata.leftOutCueCount == 904)
    }
}

extension WaveBuilder {
    /// The contents of the `fmt ` chunk of one channel of 16 bits.
    fileprivate static var formatContents: ArraySlice<UInt8> {
        var builder = WaveBuilder()
        builder.addFormat()
        return builder.bytes.dropFirst(20)
    }
}
