import TestSupport
import Testing

@testable import AudioCoding

/// Streams of libvorbis at every rate and quality, of sound that comes and goes.
@Suite(.enabled(if: MediaTools.arePresent, MediaTools.comment)) struct VorbisMatrixTests {
    static let streams: [LossyStream] =
        [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000].flatMap { rate in
            [1, 2].flatMap { channels in
                ["-1", "1", "4", "9"].map {
                    LossyStream(encoder: "libvorbis", suffix: "ogg", rate, channels, ["-q:a", $0])
                }
            }
        }
        + (3...8).map { LossyStream(encoder: "libvorbis", suffix: "ogg", 48_000, $0, ["-q:a", "3"]) }
        + [1, 2].flatMap { channels in
            [16_000, 44_100].map {
                LossyStream(
                    encoder: "libvorbis", suffix: "ogg", $0, channels, ["-b:a", "48k", "-page_duration", "20000"])
            }
        }
        + [44_100, 48_000].map {
            LossyStream(encoder: "vorbis", suffix: "ogg", $0, 2, ["-strict", "experimental", "-b:a", "96k"])
        }

    @Test(arguments: streams)
    func `what any encoder of Vorbis makes is heard as ffmpeg gives it, from any packet on`(
        made: LossyStream
    ) throws {
        guard made.canBeMade else {
            print("left out, as this ffmpeg has no encoder \(made.encoder): \(made)")
            return
        }
        let (bytes, reference) = try made.encoded(seconds: 3)
        let stream = try VorbisStream(bytes)
        let decoder = try VorbisDecoder(headers: stream.headers)
        let whole = try stream.samples(of: 0..<stream.packets.count, by: decoder)
        #expect(whole.prefix(Int(stream.heardSampleCount) * stream.stride).elementsEqual(reference))

        // One decoder for all places: nothing of one is left at the next.
        var random = RepeatableRandom(seed: UInt64(bytes.count))
        for _ in 0..<2 * LossyStream.unitCount {
            let start = Int.random(in: stream.packets.indices, using: &random)
            let unit = start..<min(start + Int.random(in: 1...16, using: &random), stream.packets.count)
            let samples = try stream.samples(of: unit, by: decoder)
            let first = Int(stream.packets[start].firstSample) * stream.stride
            #expect(samples == Array(whole[first..<first + samples.count]), "packets \(unit)")
            let last = stream.packets[unit.upperBound - 1]
            #expect(samples.count == (Int(last.firstSample) + last.sampleCount) * stream.stride - first)
        }
    }
}
