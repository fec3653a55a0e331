import TestSupport
import Testing

@testable import AudioCoding

/// Streams of every kind of encoder that ffmpeg has here, of sound that comes and goes.
@Suite(.enabled(if: MediaTools.arePresent, MediaTools.comment)) struct MP3MatrixTests {
    private static let mp3lame: [(rate: Int, channels: Int, options: [String])] =
        [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000].flatMap { rate in
            let low = rate < 32_000
            let bitRates = low ? ["8k", "24k", rate < 16_000 ? "64k" : "160k"] : ["32k", "128k", "320k"]
            return [1, 2].flatMap { channels in
                bitRates.map { (rate, channels, ["-b:a", $0]) } + [(rate, channels, ["-q:a", "5"])]
                    + [(rate, channels, ["-b:a", low ? "32k" : "96k", "-abr", "1", "-joint_stereo", "0"])]
            }
        }

    static let streams: [LossyStream] =
        mp3lame.map { LossyStream(encoder: "libmp3lame", suffix: "mp3", $0.rate, $0.channels, $0.options) }
        + [44_100, 48_000].flatMap { rate in
            [0, 1].map { tag in
                LossyStream(
                    encoder: "libmp3lame", suffix: "mp3", rate, 2,
                    ["-b:a", "112k", "-reservoir", "1", "-write_xing", "\(tag)"])
            } + [LossyStream(encoder: "libmp3lame", suffix: "mp3", rate, 2, ["-b:a", "112k", "-reservoir", "0"])]
        }
        + [44_100, 48_000].flatMap { rate in
            [1, 2].map { LossyStream(encoder: "libshine", suffix: "mp3", rate, $0, ["-b:a", "96k"]) }
        }
        + [16_000, 22_050, 24_000, 32_000, 44_100, 48_000].flatMap { rate in
            [1, 2].flatMap { channels in
                let bitRate = ["-b:a", rate < 32_000 ? "64k" : channels == 1 ? "96k" : "192k"]
                return [
                    LossyStream(encoder: "mp2", suffix: "mp2", rate, channels, bitRate),
                    LossyStream(encoder: "libtwolame", suffix: "mp2", rate, channels, bitRate),
                ]
            }
        }
        + ["stereo", "joint_stereo", "dual_channel"].map {
            LossyStream(encoder: "libtwolame", suffix: "mp2", 48_000, 2, ["-b:a", "128k", "-mode", $0])
        }

    @Test(arguments: streams)
    func `what any encoder of MPEG audio makes is heard as ffmpeg gives it, from any frame on`(
        made: LossyStream
    ) throws {
        guard made.canBeMade else {
            print("left out, as this ffmpeg has no encoder \(made.encoder): \(made)")
            return
        }
        let (bytes, reference) = try made.encoded(seconds: 3)
        let stream = try MP3Stream(bytes)
        let whole = try stream.samples(of: 0..<stream.frames.count)
        #expect(try Array(whole[stream.heard]) == reference)
        #expect(stream.skippedByteCount == 0)

        var random = RepeatableRandom(seed: UInt64(bytes.count))
        for _ in 0..<LossyStream.unitCount {
            let start = Int.random(in: stream.frames.indices, using: &random)
            let unit = start..<min(start + Int.random(in: 1...16, using: &random), stream.frames.count)
            let samples = try stream.samples(of: unit, preRoll: stream.preRoll(before: start))
            let bytes = unit.lowerBound * stream.frameByteCount..<unit.upperBound * stream.frameByteCount
            #expect(samples == Array(whole[bytes]), "frames \(unit)")
        }
    }
}
