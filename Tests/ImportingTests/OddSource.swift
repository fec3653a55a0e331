import TestSupport
import Testing

/// A WAV file that is odd in one way, as some recorder writes it.
struct OddSource: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// Whether FLAC can hold its samples.
    var fitsFLAC = true

    static let all: [OddSource] = [
        OddSource("data of odd size") {
            $0.addFormat(bits: 8); $0.add("data", noise(4_321))
        },
        OddSource("data of odd size without pad byte, and a chunk after it") {
            $0.addFormat(bits: 8)
            $0.add("data", noise(4_321), padded: false)
            $0.add("guan", Array("GUANO|Version: 1.0".utf8))
        },
        OddSource("chunks after the samples") {
            $0.addFormat()
            $0.add("data", noise(20_000))
            $0.add("LIST", Array("INFOICMT".utf8) + [2, 0, 0, 0, 65, 0])
            $0.add("junk", noise(999), padded: false)
        },
        OddSource("data cut short within a sample") {
            $0.addFormat(channels: 2)
            $0.add("data", noise(20_003), size: 1_000_000, padded: false)
        },
        OddSource("a data size of 0") {
            $0.addFormat(); $0.add("data", noise(10_000), size: 0)
        },
        OddSource("a data size of 0xFFFFFFFF") {
            $0.addFormat(); $0.add("data", noise(10_000), size: .max)
        },
        OddSource("no samples, but a chunk after them") {
            $0.addFormat()
            $0.add("data", [])
            $0.add("LIST", Array("INFO".utf8))
        },
        OddSource("RF64", form: "RF64") {
            $0.addLargeSizes(data: 30_000, samples: 15_000)
            $0.addFormat()
            $0.add("data", noise(30_000), size: .max)
            $0.add("LIST", Array("INFO".utf8))
        },
        OddSource("24 bits in containers of four bytes") {
            $0.addFormat(channels: 2, bits: 24, bytes: 4); $0.add("data", noise(24_000))
        },
        OddSource("12 bits in containers of two bytes") {
            $0.addFormat(bits: 12, bytes: 2); $0.add("data", noise(24_000))
        },
        OddSource("20 bits in containers of three bytes, extensible") {
            let guid: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
            $0.addFormat(tag: 0xFFFE, bits: 24, extra: [22, 0, 20, 0, 0, 0, 0, 0] + guid)
            $0.add("data", noise(24_000))
        },
        OddSource("24 bits, extensible") {
            let guid: [UInt8] = [1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
            $0.addFormat(tag: 0xFFFE, channels: 3, bits: 24, extra: [22, 0, 24, 0, 7, 0, 0, 0] + guid)
            $0.add("data", noise(27_000))
        },
        OddSource("a rate that no frame header can say") {
            $0.addFormat(rate: 250_001); $0.add("data", noise(40_000))
        },
        OddSource("32 bits") {
            $0.addFormat(bits: 32); $0.add("data", noise(20_000))
        },
        OddSource("floating point", fitsFLAC: false) {
            $0.addFormat(tag: 3, channels: 2, bits: 32, extra: [0, 0])
            $0.add("data", noise(16_000))
        },
        OddSource("double precision", fitsFLAC: false) {
            $0.addFormat(tag: 3, bits: 64); $0.add("data", noise(16_000))
        },
        OddSource("floats that were integers of 16 bits, clipped") {
            $0.addFormat(tag: 3, channels: 2, bits: 32, extra: [0, 0])
            $0.add(
                "data", floats(16_000, bits: 16, exponent: -15) + bytes(of: Float(-1)) + bytes(of: Float(0x7FFFp-15)))
        },
        OddSource("floats that were integers of 24 bits, and one of full scale") {
            $0.addFormat(tag: 3, bits: 32); $0.add("data", floats(9_000, bits: 24, exponent: -23) + bytes(of: Float(1)))
        },
        OddSource("floats as large as the integers that they were, RF64", form: "RF64") {
            $0.addLargeSizes(data: 32_000, samples: 8_000)
            $0.addFormat(tag: 3, bits: 32)
            $0.add("data", floats(8_000, bits: 16, exponent: 0), size: .max)
        },
        OddSource("doubles that were integers of 24 bits, very quiet") {
            $0.addFormat(tag: 3, channels: 3, bits: 64)
            $0.add("data", integers(9_000, bits: 24).flatMap { bytes(of: Double($0) * 0x1p-90) })
        },
        OddSource("floats of digital silence") {
            $0.addFormat(tag: 3, bits: 32); $0.add("data", [UInt8](repeating: 0, count: 8_000))
        },
        OddSource("floats that were integers but for a negative zero", fitsFLAC: false) {
            $0.addFormat(tag: 3, bits: 32);
            $0.add("data", floats(100_000, bits: 16, exponent: -15) + bytes(of: -Float(0)))
        },
        OddSource("floats that were integers but for a last one that is no number", fitsFLAC: false) {
            $0.addFormat(tag: 3, bits: 32);
            $0.add("data", floats(100_000, bits: 16, exponent: -15) + bytes(of: Float.nan))
        },
        OddSource("floats that were integers but for a fraction", fitsFLAC: false) {
            $0.addFormat(tag: 3, bits: 32)
            $0.add("data", floats(100_000, bits: 16, exponent: -15) + bytes(of: Float(0x1.000002p-25)))
        },
        OddSource("ten channels", fitsFLAC: false) {
            $0.addFormat(channels: 10); $0.add("data", noise(20_000))
        },
        OddSource("a megahertz", fitsFLAC: false) {
            $0.addFormat(rate: 1_000_000); $0.add("data", noise(20_000))
        },
        OddSource("more than one chunk of coded audio") {
            $0.addFormat(channels: 2, bits: 24)
            $0.add("data", noise(4_500_000))
        },
    ]

    private init(
        _ description: String, form: String = "RIFF", fitsFLAC: Bool = true, _ build: (inout WaveBuilder) -> Void
    ) {
        var builder = WaveBuilder(form: form)
        build(&builder)
        testDescription = description
        bytes = builder.bytes
        self.fitsFLAC = fitsFLAC
    }

    /// `count` integers of `bits` bits, without any order.
    private static func integers(_ count: Int, bits: Int) -> [Int] {
        var random = RepeatableRandom(seed: UInt64(count))
        return (0..<count).map { _ in Int(truncatingIfNeeded: Int64(bitPattern: random.next()) >> Int64(64 - bits)) }
    }

    /// The same as floats, each times 2^`exponent`.
    private static func floats(_ count: Int, bits: Int, exponent: Int) -> [UInt8] {
        let step = Float(sign: .plus, exponent: exponent, significand: 1)
        return integers(count, bits: bits).flatMap { bytes(of: Float($0) * step) }
    }

    private static func bytes(of value: Float) -> [UInt8] { WaveBuilder.littleEndian(value.bitPattern) }

    private static func bytes(of value: Double) -> [UInt8] { WaveBuilder.littleEndian(value.bitPattern) }

    /// Bytes without any order.
    static func noise(_ count: Int) -> [UInt8] {
        var random = RepeatableRandom(seed: UInt64(count))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { bytes += WaveBuilder.littleEndian(random.next()) }
        return Array(bytes.prefix(count))
    }
}
