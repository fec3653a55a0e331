import Support
import Testing

@testable import AudioCoding

struct FloatScaleTests {
    private func buffer(_ floats: [Float]) -> SampleBuffer {
        floats.withUnsafeBytes { SampleBuffer(format: .float32, channels: 1, bytes: $0) }
    }

    private func search(_ floats: [Float]) -> (exponent: Int, bits: Int)? {
        var search = FloatScaleSearch(in: .float32)
        for float in floats { search.append(buffer([float])) }
        return search.result.map { ($0.scale.exponent, $0.bits) }
    }

    @Test(arguments: [
        ([Float(0)], 0, 16), ([1], 0, 16), ([-1, 0x1p-15], -15, 16), ([0x1p-15, -1], -15, 16), ([1, 0x1p-15], -15, 24),
        ([-1, 0x1p-23, 0], -23, 24), ([1, -0x1p-23], -23, 32), ([32_767, -32_768], 0, 16), ([0x1p-149], -149, 16),
        ([-0x1p100, 0x1.8p99], 98, 16), ([0x1.fffffep0], -23, 32),
    ]) func `floats are integers over the power of two of their lowest bit`(
        _ floats: [Float], _ exponent: Int, _ bits: Int
    ) throws {
        let found = try #require(search(floats))
        #expect(found == (exponent, bits))
    }

    @Test(arguments: [
        [-Float(0)], [.nan], [.infinity], [-.infinity], [1, 0x1p-31], [-1, 0x1p-32], [0x1p100, 1], [0, 0, 1, -0.0],
    ]) func `floats that no integer gives back bit for bit have no scale`(_ floats: [Float]) {
        #expect(search(floats) == nil)
    }

    @Test(arguments: [16, 24, 32]) func `floats come back bit for bit from their integers`(_ bits: Int) throws {
        let highest = Double(Int64(1) << Int64(bits - 1) - 1)
        let values = [0, 1, -1, highest, -highest - 1, highest / 3, -highest / 7].map { $0.rounded() * 0x1p-300 }
        let doubles = values.withUnsafeBytes { SampleBuffer(format: .float64, channels: 1, bytes: $0) }
        let scale = try #require(FloatScale(format: .float64, exponent: -300))
        let integers = try #require(scale.integers(of: doubles, bits: bits))
        #expect(integers.integers() == values.map { Int32($0 * 0x1p300) })
        var back = [Double](repeating: .nan, count: values.count)
        back.withUnsafeMutableBytes { scale.write(floatsOf: integers.bytes, byteCount: bits / 8, to: $0) }
        #expect(back == values)
    }

    @Test func `what is no integer of so many bits is not made one`() throws {
        let scale = try #require(FloatScale(format: .float32, exponent: -15))
        for float in [Float(1), 0x1p-16, .nan, .infinity, -2] {
            #expect(scale.integers(of: buffer([float]), bits: 16) == nil)
        }
        #expect(scale.integers(of: buffer([-1]), bits: 16)?.integers() == [-32_768])
    }

    @Test(arguments: [Int.min, -1001, 901, .max]) func `powers out of range are refused`(_ exponent: Int) {
        #expect(FloatScale(format: .float32, exponent: exponent) == nil)
    }

    @Test func `what does not fit is not written`() throws {
        let scale = try #require(FloatScale(format: .float32, exponent: 900))
        var floats: [Float] = [1, 2]
        let integers: [UInt8] = [1, 0, 0, 0, 0, 128, 7, 7, 7]
        floats.withUnsafeMutableBytes { floats in
            integers.withUnsafeBytes { scale.write(floatsOf: $0, byteCount: 3, to: floats) }
        }
        #expect(floats == [.infinity, -.infinity])
    }
}
