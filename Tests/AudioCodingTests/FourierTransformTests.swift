import Glibc
import Testing

@testable import AudioCoding

struct FourierTransformTests {
    @Test(arguments: [16, 64, 1024])
    func `the power of each frequency is that of the definition`(count: Int) throws {
        let samples = (0..<count).map { sin(Double($0 * $0) * 0.37) + 0.25 }
        let transform = try #require(FourierTransform(count: count))
        var powers = [Double](repeating: 0, count: count / 2 + 1)
        for _ in 0..<2 {
            transform.addPowers(to: &powers) { input in
                for place in input.indices { input[place] = samples[place] }
            }
        }
        for frequency in 0...count / 2 {
            var (real, imaginary) = (0.0, 0.0)
            for place in 0..<count {
                let angle = 2 * .pi * Double(frequency * place % count) / Double(count)
                real += samples[place] * cos(angle)
                imaginary -= samples[place] * sin(angle)
            }
            // It was added twice.
            let expected = 2 * (real * real + imaginary * imaginary)
            #expect(abs(powers[frequency] - expected) <= 1e-9 * max(expected, 1))
        }
    }

    @Test(arguments: [-1, 0, 1, 8, 1000, 1 << 21])
    func `a count that is no power of two, or out of range, is refused`(count: Int) {
        #expect(FourierTransform(count: count) == nil)
    }
}
