import Foundation
import Importing
import Recordings
import TestSupport
import Testing

struct UncommonSamplesTests {
    private static let values: [Int32] = (0..<3000).map { Int32($0 * 7919 % 65_536 - 32_768) << 8 }

    /// A WAV file of the bytes `data`, each number of its chunks big-endian.
    private static func rifx(tag: UInt16, bits: UInt16, _ data: [UInt8]) -> [UInt8] {
        func big(_ value: some FixedWidthInteger) -> [UInt8] { WaveBuilder.littleEndian(value.byteSwapped) }
        let block = bits / 8
        let format =
            big(tag) + big(UInt16(1)) + big(UInt32(48_000)) + big(UInt32(48_000) * UInt32(block)) + big(block)
            + big(bits)
        let chunks =
            Array("WAVEfmt ".utf8) + big(UInt32(16)) + format + Array("data".utf8) + big(UInt32(data.count)) + data
        return Array("RIFX".utf8) + big(UInt32(chunks.count)) + chunks
    }

    /// The `count` most significant bytes of the 32 bits of `value`, little-endian.
    private static func bytes(_ value: Int32, _ count: Int) -> [UInt8] {
        Array(WaveBuilder.littleEndian(value).suffix(count))
    }

    @Test(arguments: [(1, 16), (1, 24), (1, 32), (3, 32)] as [(UInt16, UInt16)])
    func `big-endian samples of a RIFX file are imported as the numbers that they are`(tag: UInt16, bits: UInt16) throws
    {
        let fixture = try ImportFixture()
        let numbers = Self.values.map { tag == 1 ? $0 : Int32(bitPattern: (Float($0) / 0x1p31).bitPattern) }
        let expected = numbers.flatMap { Self.bytes($0, Int(bits / 8)) }
        let data = numbers.flatMap { Self.bytes($0, Int(bits / 8)).reversed() }
        let source = Self.rifx(tag: tag, bits: bits, data)
        let (imported, recording) = try fixture.importBytes(source)
        let isEqual = try recording.sampleBytes() == expected
        #expect(isEqual)
        #expect(!imported.isByteExact)
        #expect(try fixture.bytes("coded_source_head", of: recording) == Array(source[..<44]))
    }

    @Test(arguments: [5, 6, 8])
    func `integers of 32 bits in wider containers are imported, and those of more are refused`(
        byteCount: Int
    ) throws {
        let fixture = try ImportFixture()
        let spare = [UInt8](repeating: 0, count: byteCount - 4)
        var builder = WaveBuilder()
        builder.addFormat(bits: 32, bytes: UInt16(byteCount))
        builder.add("data", Self.values.flatMap { spare + Self.bytes($0, 4) })
        let (imported, recording) = try fixture.importBytes(builder.bytes)
        let isEqual = try recording.sampleBytes() == Self.values.flatMap { Self.bytes($0, 4) }
        #expect(isEqual)
        #expect(
            imported.notes == [
                "its samples have containers of \(byteCount) bytes, and those of the recording 4: what is left out is zero"
            ])
        var bytes = builder.bytes
        bytes[44] = 1
        let error = #expect(throws: ImportError.self) { try fixture.importBytes(bytes, name: "wide.wav") }
        #expect(
            error?.summary
                == "has integer samples of more than 32 bits, which no codec here keeps, or samples in the lowest bits of "
                + "their containers, where WAVE has them in the highest: convert them to floats of 64 bits or integers of "
                + "32 first")
    }

    @Test func `ambisonic samples come back byte for byte`() throws {
        let fixture = try ImportFixture()
        let guid: [UInt8] = [1, 0, 0, 0, 0x21, 0x07, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0]
        var builder = WaveBuilder()
        builder.addFormat(tag: 0xFFFE, channels: 4, extra: [22, 0, 16, 0, 0, 0, 0, 0] + guid)
        builder.add("data", Self.values.flatMap { Self.bytes($0, 2) })
        let (imported, recording) = try fixture.importBytes(builder.bytes)
        #expect(imported.isByteExact)
        let isEqual = try recording.waveBytes() == builder.bytes
        #expect(isEqual)
    }

    @Test(arguments: [(24, 2), (16, 9), (16, 32_642)] as [(UInt16, UInt16)])
    func `a header whose blocks do not fit its samples is refused`(bits: UInt16, bytes: UInt16) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat(bits: bits, bytes: bytes)
        builder.add("data", [UInt8](repeating: 1, count: 600))
        let error = #expect(throws: ImportError.self) { try fixture.importBytes(builder.bytes) }
        let expected = "its header announces integers of \(bits) bits at 48000 Hz, 1 to a block of \(bytes) bytes"
        #expect(error?.summary.hasPrefix(expected) == true, "\(error?.summary ?? "")")
    }

    @Test func `sound behind that of a WAV file is a note`() throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [UInt8](repeating: 1, count: 600))
        var second = builder
        second.add("data", [UInt8](repeating: 2, count: 400))
        for (name, bytes, count) in [
            ("joined.wav", builder.bytes + builder.bytes, 636), ("two.wav", second.bytes, 400),
        ] {
            let (imported, recording) = try fixture.importBytes(bytes, name: name)
            #expect(recording.sampleCount == 300)
            #expect(
                imported.notes.contains {
                    $0.hasPrefix("another sound (\(count) bytes) follows its samples")
                })
            let isEqual = try recording.waveBytes() == bytes
            #expect(isEqual)
        }
    }

    @Test(arguments: ["w64", "aiff"]) func `a file that its recorder has not finished is imported to its end`(
        format: String
    ) throws {
        let fixture = try ImportFixture()
        var builder = WaveBuilder()
        builder.addFormat()
        let samples = Self.values.flatMap { Self.bytes($0, 2) }
        builder.add("data", samples)
        let (wave, path) = (
            try fixture.file("a.wav", builder.bytes), fixture.folder.appending(path: "a.\(format)").path
        )
        #expect(try run("ffmpeg", "-v", "error", "-i", wave, "-bitexact", path).status == 0)
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let name = Array((format == "w64" ? "data" : "SSND").utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        let size = format == "w64" ? place + 16..<place + 24 : place + 4..<place + 8
        for index in size { bytes[index] = 0 }
        let (imported, recording) = try fixture.importBytes(bytes, name: "b.\(format)")
        let isEqual = try recording.sampleBytes() == samples
        #expect(isEqual)
        #expect(imported.notes.contains { $0.hasPrefix("its header does not say how many samples it has") })
    }

    @Test func `an MP4 file without its index is refused with what can restore it`() throws {
        let fixture = try ImportFixture()
        let bytes =
            [0, 0, 0, 16] + Array("ftypM4A ".utf8) + [0, 0, 0, 0] + [0, 0, 0, 0] + Array("mdat".utf8)
            + [UInt8](repeating: 0x21, count: 5000)
        let error = #expect(throws: ImportError.self) { try fixture.importBytes(bytes, name: "cut.m4a") }
        #expect(error?.summary.contains("the index at its end (moov) is missing") == true)
    }
}
