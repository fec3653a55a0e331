import TestSupport
import Testing

@testable import WaveFile

@Suite struct `A source WAV` {
    private func source(_ builder: WaveBuilder) throws -> WaveSource {
        try WaveSource(WaveBytes(builder.bytes))
    }

    @Test func `a source has its samples between head and tail`() throws {
        var builder = WaveBuilder()
        builder.add("JUNK", [1, 2, 3])
        builder.addFormat()
        builder.add("data", Array(1...8))
        builder.add("LIST", Array("INFO".utf8))
        let source = try source(builder)
        #expect(Array(builder.bytes[Int(source.data.lowerBound)..<Int(source.data.upperBound)]) == Array(1...8))
        #expect(source.sampleCount == 4)
        #expect(source.laterChunks.map(\.identifier) == ["LIST"])
        #expect(UInt64(source.tail.count) == 12)
        #expect(source.head.format.samples == WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
    }

    @Test(arguments: [true, false])
    func `chunks behind one of odd size are found with and without its pad byte`(padded: Bool) throws {
        var builder = WaveBuilder()
        builder.add("guan", Array("abc".utf8), padded: padded)
        builder.addFormat(bits: 8)
        builder.add("data", [1, 2, 3], padded: padded)
        builder.add("guan", Array("GUANO|Version: 1.0".utf8))
        let source = try source(builder)
        #expect(source.sampleCount == 3)
        #expect(source.laterChunks.map(\.identifier) == ["guan"])
        #expect(source.head.chunks.map(\.identifier) == ["guan", "fmt "])
    }

    @Test func `data that is cut short ends with its last whole sample`() throws {
        var builder = WaveBuilder()
        builder.addFormat(channels: 2)
        builder.add("data", Array(1...11), size: 4000, padded: false)
        let source = try source(builder)
        #expect(source.sampleCount == 2)
        #expect(source.tail.count == 3)
    }

    @Test(arguments: [0, UInt32.max])
    func `the data of a source that was never finished extends to the end of the file`(size: UInt32) throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [UInt8](repeating: 0xF0, count: 10), size: size)
        #expect(try source(builder).sampleCount == 5)
    }

    @Test func `a source without samples but with a later chunk is empty`() throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [])
        builder.add("guan", Array("GUANO|Version: 1.0".utf8))
        let source = try source(builder)
        #expect(source.sampleCount == 0)
        #expect(source.laterChunks.map(\.identifier) == ["guan"])
    }

    @Test(arguments: ["RF64", "BW64"])
    func `the size of a source with ds64 is the one in ds64`(form: String) throws {
        var builder = WaveBuilder(form: form)
        builder.addLargeSizes(data: 6, samples: 3)
        builder.addFormat()
        builder.add("data", Array(1...6), size: .max)
        builder.add("LIST", Array("INFO".utf8))
        let source = try source(builder)
        #expect(source.sampleCount == 3)
        #expect(source.laterChunks.map(\.identifier) == ["LIST"])
    }

    @Test func `a source whose size wrapped around at 4 GiB has all its samples`() throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [], size: 100)
        let start = builder.bytes
        let byteCount = UInt64(start.count) + 100 + (1 << 32)
        let file = WaveBytes(byteCount: byteCount) { range in
            range.map { $0 < UInt64(start.count) ? start[Int($0)] : 0 }
        }
        #expect(try WaveSource(file).sampleCount == (100 + (1 << 32)) / 2)
    }

    @Test func `an extensible source has the format of its GUID`() throws {
        var builder = WaveBuilder()
        let guid: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        builder.addFormat(tag: 0xFFFE, bits: 24, extra: [22, 0, 20, 0, 4, 0, 0, 0] + guid)
        builder.add("data", Array(1...6))
        let format = try source(builder).head.format
        #expect(format.samples?.encoding == .integer24)
    }

    @Test(arguments: [
        (4, 1, SampleEncoding.unsigned8), (12, 2, .integer16), (8, 2, .integer16), (20, 3, .integer24),
        (24, 4, .integer32),
        (16, 4, .integer32), (32, 4, .integer32),
    ])
    func `a source with integers in wider containers has samples of the containers' size`(
        bits: UInt16, bytes: UInt16, encoding: SampleEncoding
    ) throws {
        let guid: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        for isExtensible in [false, true] {
            var builder = WaveBuilder()
            builder.addFormat(
                tag: isExtensible ? 0xFFFE : 1, channels: 2, bits: bits, bytes: bytes,
                extra: isExtensible ? [22, 0, UInt8(bits), 0, 0, 0, 0, 0] + guid : [])
            builder.add("data", Array(1...24))
            #expect(try source(builder).head.format.samples?.encoding == encoding)
        }
    }

    @Test func `a source with floats that do not fill their containers has no sample format`()
        throws
    {
        var builder = WaveBuilder()
        builder.addFormat(tag: 3, bits: 32, bytes: 8)
        builder.add("data", Array(1...16))
        #expect(try source(builder).head.format.samples == nil)
    }

    @Test func `a source with coded samples has no sample format`() throws {
        var builder = WaveBuilder()
        builder.addFormat(tag: 0x11, bits: 4, bytes: 1)
        builder.add("data", Array(1...6))
        #expect(try source(builder).head.format.samples == nil)
    }

    @Test func `a source cut anywhere is an error or has fewer samples`() throws {
        var builder = WaveBuilder()
        builder.addFormat(tag: 3, bits: 32)
        builder.add("data", Array(1...16))
        builder.add("guan", Array("GUANO|Version: 1.0\nTimestamp: 2024-01-01T00:00:00".utf8))
        // RIFF, WAVE, a format of 16 bytes, and the header of its data.
        let headByteCount = 12 + 24 + 8
        for count in builder.bytes.indices {
            let file = WaveBytes(Array(builder.bytes[..<count]))
            guard count >= headByteCount else {
                #expect(throws: WaveSourceError.self) { try WaveSource(file) }
                continue
            }
            let source = try WaveSource(file)
            _ = try WaveMetadata(of: source, in: file)
            let dataByteCount = min(count - headByteCount, 16) / 4 * 4
            #expect(source.data == UInt64(headByteCount)..<UInt64(headByteCount + dataByteCount))
        }
    }

    @Test func `a file that is not WAV is refused`() {
        #expect(throws: WaveSourceError.self) { try WaveSource(WaveBytes([])) }
        #expect(throws: WaveSourceError.self) { try WaveSource(WaveBytes(Array("fLaC0000WAVEfmt ".utf8))) }
        var builder = WaveBuilder()
        builder.add("data", [1, 2])
        #expect(throws: WaveSourceError.self) { try WaveSource(WaveBytes(builder.bytes)) }
    }
}

extension WaveSource {
    /// Samples of one channel.
    fileprivate var sampleCount: UInt64 { UInt64(data.count) / UInt64(head.format.blockAlign) }
}
