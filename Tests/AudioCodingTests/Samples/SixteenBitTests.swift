import Testing

@testable import AudioCoding

@Suite struct SixteenBitTests {
    @Test func `floats become integers as swresample makes them`() {
        let scale: Float = 1 / 32_768
        let cases: [(Float, Int16)] = [
            (0, 0), (1, 32_767), (-1, -32_768), (2, 32_767), (-2, -32_768), (0.5 * scale, 0), (1.5 * scale, 2),
            (2.5 * scale, 2), (-0.5 * scale, 0), (-1.5 * scale, -2), (32_766.5 * scale, 32_766),
            (-32_767.5 * scale, -32_768),
            (.infinity, 32_767), (-.infinity, -32_768), (.nan, -32_768), (.greatestFiniteMagnitude, 32_767),
            (.leastNonzeroMagnitude, 0),
        ]
        for (float, integer) in cases {
            #expect(SixteenBit.integer(float) == integer, "\(float)")
        }
    }
}
