import Support
import Testing

@testable import WaveFile

@Suite struct `A WAV header` {
    /// The 44 bytes that Python's `wave` module writes for 3 samples of 16-bit stereo at 48 kHz.
    @Test func `the header of 16-bit PCM is the one that Python's wave module writes`() throws {
        let header = try #require(makeHeader(48_000, 2, .integer16, 3))
        #expect(
            header.bytes
                == bytes(
                    "52494646 30000000 57415645 666d7420 10000000 0100 0200 80bb0000 00ee0200 0400 1000 64617461 0c000000"
                ))
        #expect(header.dataByteCount == 12)
        #expect(!header.isRF64)
    }

    /// Sizes by hand: RIFF 4 + 24 + 8 + 3 + 1, byte rate 3 × 250 000.
    @Test func `the header of odd 24-bit data counts the pad byte in the RIFF size, but not in the data size`() throws {
        let header = try #require(makeHeader(250_000, 1, .integer24, 1))
        #expect(
            header.bytes
                == bytes(
                    "52494646 28000000 57415645 666d7420 10000000 0100 0100 90d00300 b0710b00 0300 1800 64617461 03000000"
                ))
    }

    /// Sizes by hand: RIFF 4 + 26 + 12 + 8 + 12, byte rate 4 × 44 100.
    @Test func `the header of float samples has tag 3, an 18-byte fmt chunk and a fact chunk`() throws {
        let header = try #require(makeHeader(44_100, 1, .float32, 3))
        #expect(
            header.bytes
                == bytes(
                    "52494646 3e000000 57415645 666d7420 12000000 0300 0100 44ac0000 10b10200 0400 2000 0000"
                        + "66616374 04000000 03000000 64617461 0c000000"))
    }

    @Test(arguments: [SampleEncoding.unsigned8, .integer16, .integer24, .integer32])
    func `the header of integers has tag 1 for any depth and eight channels`(encoding: SampleEncoding) throws {
        let header = try #require(makeHeader(96_000, 8, encoding, 10))
        var reader = ByteReader(header.bytes)
        let skipped = reader.skip(20)
        #expect(skipped)
        let tag = reader.readLittleEndian(UInt16.self)
        #expect(tag == 1)
        #expect(header.bytes.count == 44)
    }

    @Test func `the header of no samples announces an empty data chunk`() throws {
        let header = try #require(makeHeader(8_000, 1, .integer16, 0))
        #expect(Array(header.bytes.suffix(8)) == bytes("64617461 00000000"))
        #expect(Array(header.bytes[4..<8]) == bytes("24000000"))
    }

    /// The RIFF size is 36 + data: 0xFFFFFFFE is the largest even one, and an odd data size is padded to the next.
    @Test func `a header is RIFF up to the largest size that RIFF can hold`() throws {
        let largest = UInt64(UInt32.max) - 1 - 36
        let below = try #require(makeHeader(8_000, 1, .unsigned8, largest))
        #expect(!below.isRF64)
        #expect(Array(below.bytes[4..<8]) == bytes("feffffff"))

        let padded = try #require(makeHeader(8_000, 1, .unsigned8, largest - 1))
        #expect(!padded.isRF64)
        #expect(Array(padded.bytes[4..<8]) == bytes("feffffff"))

        #expect(try #require(makeHeader(8_000, 1, .unsigned8, largest + 1)).isRF64)
    }

    /// Sizes by hand: data 3 × 0x1_0000_0003, RF64 that + 1 (pad) + 80 (header) - 8.
    @Test func `an RF64 header has every size in ds64, which comes first`() throws {
        let samples: UInt64 = 0x1_0000_0003
        let header = try #require(makeHeader(48_000, 1, .integer24, samples))
        #expect(header.isRF64)
        #expect(
            header.bytes
                == bytes(
                    "52463634 ffffffff 57415645 64733634 1c000000 52000000 03000000 09000000 03000000 03000000 01000000"
                        + "00000000 666d7420 10000000 0100 0100 80bb0000 80320200 0300 1800 64617461 ffffffff"))
    }

    @Test func `an RF64 header of floats has the sample count in fact if it fits, and else refers to ds64`()
        throws
    {
        let fitting = try #require(makeHeader(48_000, 8, .float64, 1 << 28))
        #expect(fitting.isRF64)
        #expect(Array(fitting.bytes.suffix(12)) == bytes("00000010 64617461 ffffffff"))

        let over = try #require(makeHeader(48_000, 1, .float32, 1 << 33))
        #expect(Array(over.bytes.suffix(12)) == bytes("ffffffff 64617461 ffffffff"))
    }

    @Test func `a header with sizes that do not fit in 64 bits is refused`() {
        #expect(makeHeader(48_000, 2, .integer16, UInt64.max / 4 + 1) == nil)
        #expect(makeHeader(48_000, 2, .integer16, UInt64.max / 4) == nil)
        #expect(makeHeader(48_000, 1, .unsigned8, UInt64.max) == nil)
    }

    private func makeHeader(_ rate: UInt32, _ channels: Int, _ encoding: SampleEncoding, _ samples: UInt64)
        -> WaveHeader?
    {
        WaveFormat(sampleRate: rate, channels: channels, encoding: encoding).flatMap {
            WaveHeader(format: $0, sampleCount: samples)
        }
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter(\.isHexDigit).compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension WaveHeader {
    fileprivate var isRF64: Bool { bytes.starts(with: "RF64".utf8) }
}
