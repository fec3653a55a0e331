import AudioCoding
import Recordings
import Testing

@testable import Importing

struct EncodingPlanTests {
    private func plan(
        _ codec: AudioCodec, _ format: SampleFormat = .integer(bits: 16), channels: Int = 1, rate: UInt32 = 48_000,
        _ ultrasound: ImportOptions.Ultrasound = .refuse
    ) throws -> EncodingPlan {
        var options = ImportOptions()
        options.codec = codec
        options.ultrasound = ultrasound
        return try EncodingPlan(
            SampleForm(format: format, channels: channels, sampleRate: rate), options)
    }

    @Test(arguments: [
        (SampleFormat.float32, 1, UInt32(48_000), "FLAC has no floating-point samples"),
        (.integer(bits: 16), 9, 48_000, "FLAC has at most 8 channels, not 9"),
        (.integer(bits: 16), 1, 655_351, "FLAC has no rate of 655351 Hz"),
    ]) func `samples that FLAC cannot hold are kept by another lossless codec, and a note says why`(
        _ format: SampleFormat, _ channels: Int, _ rate: UInt32, _ reason: String
    ) throws {
        let plan = try plan(.flac, format, channels: channels, rate: rate)
        #expect(plan.encoding.codec == .pcm)
        #expect(plan.notes == ["kept as pcm: \(reason)"])
    }

    @Test func `the bits a second of a channel do not fall with the number of channels`() throws {
        for codec in [AudioCodec.aac, .opus] {
            let encoding = try #require(CodecRegistry.encodings.first { $0.codec == codec })
            let settings = EncodingSettings(sourceRate: 48_000, bitRate: nil, threads: 1)
            let rates = (1...5).map { encoding.loss?.bitRate(settings, channels: $0) ?? 0 }
            #expect(rates == (1...5).map { rates[0] * $0 } && rates[0] > 0)
        }
    }

    @Test func `samples that a codec can hold are encoded to it as they are`() throws {
        for codec in [AudioCodec.flac, .aac, .opus, .pcm] {
            let plan = try plan(codec)
            #expect(plan.encoding.codec == codec)
            #expect(plan.resampledRate == nil && plan.label == nil)
            #expect(plan.notes == (plan.encoding.loss == nil ? [] : [EncodingPlan.lossNote]))
        }
    }

    @Test(arguments: [
        (AudioCodec.aac, UInt32(37_500), UInt32(44_100)), (.aac, 5_000, 7_350), (.opus, 37_500, 48_000),
        (.opus, 9_000, 48_000),
    ])
    func `a rate that a lossy codec does not have is resampled to its next, and of Opus to the one that it decodes to`(
        _ codec: AudioCodec, _ rate: UInt32, _ resampled: UInt32
    ) throws {
        let plan = try plan(codec, rate: rate)
        #expect(plan.resampledRate == resampled)
        #expect(
            plan.notes == [
                EncodingPlan.lossNote, "resampled from \(rate) to \(resampled) Hz, the next that \(codec.rawValue) has",
            ])
    }

    @Test(arguments: [(AudioCodec.aac, UInt32(96_000)), (.opus, 48_000)])
    func `ultrasound is refused, resampled to the codec's highest rate, or given another label`(
        _ codec: AudioCodec, _ highest: UInt32
    ) throws {
        let error = #expect(throws: ImportError.self) { try plan(codec, rate: 250_000) }
        #expect(
            error?.summary.hasPrefix(
                "has 250000 Hz, and \(codec.rawValue) at most \(highest): keep it whole with --codec flac,") == true)
        #expect(try plan(codec, rate: 250_000, .resample).resampledRate == highest)
        let relabelled = try plan(codec, rate: 250_000, .relabel)
        #expect(relabelled.resampledRate == nil)
        #expect(relabelled.label == 48_000)
    }
}
