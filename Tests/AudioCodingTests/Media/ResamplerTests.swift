import AudioCoding
import Testing

struct ResamplerTests {
    private static func resample(_ pieces: [SampleBuffer], _ resampler: Resampler) throws -> [Float] {
        var samples: [Float] = []
        for piece in pieces { samples += try resampler.resample(piece).floatArray }
        return try samples + resampler.finish().floatArray
    }

    @Test(arguments: [
        (44_100, 48_000), (250_000, 48_000), (312_500, 96_000), (8_000, 48_000), (22_050, 48_000), (48_000, 48_000),
    ])
    func `resampled sound has the length and the places of the source at the new rate`(
        _ input: UInt32, _ output: UInt32
    ) throws {
        var samples = [Float](repeating: 0, count: 50_001)
        samples[20_000] = 1
        let resampler = try Resampler(channels: 1, from: input, to: output)
        let resampled = try Self.resample(Signal.pieces(Signal.floats(samples)), resampler)
        #expect(resampled.count == (50_001 * Int(output) + Int(input) - 1) / Int(input))
        #expect(resampler.sampleCount == UInt64(resampled.count))
        let loudest = resampled.indices.max { abs(resampled[$0]) < abs(resampled[$1]) } ?? 0
        #expect(
            abs(Double(loudest) - 20_000 * Double(output) / Double(input)) <= max(1, Double(output) / Double(input)))
    }

    @Test func `resampling does not depend on how the samples are split`() throws {
        let samples = Signal.integers(bits: 24, channels: 3, count: 30_000)
        let whole = try Self.resample([samples], Resampler(channels: 3, from: 44_100, to: 48_000))
        let pieces = try Self.resample(Signal.pieces(samples), Resampler(channels: 3, from: 44_100, to: 48_000))
        #expect(whole == pieces)
    }

    @Test func `channels and rates that cannot be resampled are refused`() throws {
        #expect(throws: AudioCodingError.self) { try Resampler(channels: 0, from: 44_100, to: 48_000) }
        #expect(throws: AudioCodingError.self) { try Resampler(channels: 65, from: 44_100, to: 48_000) }
        #expect(throws: AudioCodingError.self) { try Resampler(channels: 1, from: 0, to: 48_000) }
        #expect(throws: AudioCodingError.self) { try Resampler(channels: 1, from: 48_000, to: .max) }
    }
}
