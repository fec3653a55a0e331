import Testing

@testable import WaveFile

struct SampleConversionTests {
    private func convert(_ bytes: [UInt8], _ source: SampleEncoding, _ target: SampleEncoding) -> [UInt8] {
        bytes.withUnsafeBytes { SampleConversion(from: source, to: target).convert($0) }
    }

    private func bytes<T>(_ values: [T]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    @Test func `samples converted to more bits and back are the same`() {
        let samples = bytes((0...UInt16.max).map { Int16(bitPattern: $0) })
        for wider in [SampleEncoding.integer24, .integer32, .float32, .float64] {
            #expect(convert(convert(samples, .integer16, wider), wider, .integer16) == samples)
        }
        let eight = (0...UInt8.max).map(\.self)
        for wider in [SampleEncoding.integer16, .integer24, .float32] {
            #expect(convert(convert(eight, .unsigned8, wider), wider, .unsigned8) == eight)
        }
    }

    @Test func `integers converted to more bits get zeros at the bottom`() {
        #expect(convert(bytes([Int16(-2), 0x1234]), .integer16, .integer24) == [0, 0xFE, 0xFF, 0, 0x34, 0x12])
        #expect(convert([0, 128, 255], .unsigned8, .integer16) == bytes([Int16(-32_768), 0, 32_512]))
    }

    @Test func `conversions round to the nearest value, ties to even, and clip`() {
        // In steps of 2^-15: ties go to the even neighbour.
        let steps: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49, 0.51, 32_767, 32_767.5, 40_000, -32_768, -40_000]
        let expected: [Int16] = [0, 2, 2, 0, -2, 0, 1, 32_767, 32_767, 32_767, -32_768, -32_768]
        #expect(convert(bytes(steps.map { $0 / 32_768 }), .float32, .integer16) == bytes(expected))
        // From 24 bits to 16: a low byte of 0x80 is a tie.
        let wide: [[UInt8]] = [
            [0x80, 0x01, 0], [0x80, 0x02, 0], [0x81, 0x02, 0], [0xFF, 0xFF, 0x7F], [0, 0, 0x80],
        ]
        #expect(convert(wide.flatMap(\.self), .integer24, .integer16) == bytes([Int16(2), 2, 3, 32_767, -32_768]))
    }

    @Test func `conversions turn NaN into silence and infinities into full scale`() {
        #expect(
            convert(bytes([Float.nan, .infinity, -.infinity]), .float32, .integer16)
                == bytes([Int16(0), 32_767, -32_768]))
        #expect(convert(bytes([Double.nan]), .float64, .float32) == bytes([Float(0)]))
        #expect(convert(bytes([Int32.max, .min]), .integer32, .float32) == bytes([Float(1), -1]))
    }

    @Test func `conversions leave out bytes behind the last whole sample`() {
        #expect(convert([1, 2, 3], .integer16, .integer24).count == 3)
        #expect(convert([1, 2, 3], .integer16, .integer16) == [1, 2])
        #expect(convert([], .integer16, .float32).isEmpty)
    }
}
