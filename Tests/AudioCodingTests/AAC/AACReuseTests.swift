import TestSupport
import Testing

@testable import AudioCoding

/// Decoders that are used again for frames without noise give the samples of new ones, bit for bit.
@Suite(.enabled(if: MediaTools.arePresent, MediaTools.comment)) struct AACReuseTests {
    static let streams: [LossyStream] =
        ADTSHeader.sampleRates.dropLast().flatMap { rate in
            [1, 2].flatMap { channels in
                ["24k", "64k", "160k"].map {
                    LossyStream(
                        encoder: "aac", suffix: "aac", Int(rate), channels,
                        ["-aac_pns", "0", "-b:a", "\($0)"])
                }
            }
        }
        + [1, 2].flatMap { channels in
            ["twoloop", "fast"].map {
                LossyStream(
                    encoder: "aac", suffix: "aac", 44_100, channels, ["-aac_pns", "1", "-aac_coder", $0, "-b:a", "48k"])
            }
        }
        + [LossyStream(encoder: "libfdk_aac", suffix: "aac", 44_100, 2, ["-b:a", "96k"])]

    @Test(arguments: streams)
    func `a decoder that is used again for frames without noise gives the samples of a new one`(
        made: LossyStream
    ) throws {
        guard made.canBeMade else {
            print("left out, as this ffmpeg has no encoder \(made.encoder): \(made)")
            return
        }
        let runs = try AACRuns(made.encoded(seconds: 3).bytes)
        // Every frame is passed over to its very end, unless it has noise.
        if !made.mayHaveNoise { #expect(runs.form(of: runs.frames.indices) != nil) }
        var random = RepeatableRandom(seed: UInt64(runs.frames.count))
        var form: AACNoiselessForm?
        let used = try AACDecoder()
        for _ in 0..<LossyStream.unitCount {
            let start = Int.random(in: runs.frames.indices.dropLast(), using: &random)
            let run = start..<min(start + Int.random(in: 2...17, using: &random), runs.frames.count)
            guard let found = runs.form(of: run) else { continue }
            #expect(form == nil || form == found)
            form = found
            used.restart()
            let isSame = try runs.samples(of: run, by: used) == runs.samples(of: run, by: AACDecoder())
            #expect(isSame, "frames \(run)")
        }
    }

    @Test(arguments: ["mono.aac", "stereo.aac"], [0, 5])
    func `damaged frames that are taken for noiseless leave nothing behind`(name: String, number: Int) throws {
        let runs = try AACRuns(CodedFixture(name).bytes)
        let before = runs.frames[number]
        let damagedFrame = runs.frames[number + 1]
        let next = runs.frames[number + 2]
        let expected = try AACRuns.samples(of: [before, next], by: AACDecoder())
        var used = try AACDecoder()
        var (certain, decoded) = (0, 0)
        for bit in 7 * 8..<damagedFrame.count * 8 {
            var frame = damagedFrame
            frame[bit / 8] ^= 0x80 >> (bit % 8)
            guard AACRuns.form(of: [before, frame, next]) != nil else { continue }
            certain += 1
            used.restart()
            let samples = try? AACRuns.samples(of: [before, frame, next], by: used)
            let same = try? AACRuns.samples(of: [before, frame, next], by: AACDecoder())
            #expect(samples == same, "bit \(bit)")
            guard samples != nil else {
                // What has failed is not used again.
                used = try AACDecoder()
                continue
            }
            decoded += 1
            used.restart()
            #expect(try AACRuns.samples(of: [before, next], by: used) == expected, "after bit \(bit)")
        }
        // Bits of values and signs are as good as any.
        #expect(certain > 100 && decoded > 100)
    }

    @Test func `random bytes in frames never make a decoder remember anything`() throws {
        let runs = try AACRuns(CodedFixture("mono.aac").bytes)
        let before = runs.frames[2]
        let expected = try AACRuns.samples(of: [before, before], by: AACDecoder())
        var random = RepeatableRandom(seed: 1)
        var used = try AACDecoder()
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...40, using: &random)
            var frame = Array(before.prefix(7)) + (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // One channel, of which some bands are coded.
            frame[7] = 0
            frame = AACFrameBuilder.withByteCount(frame)
            guard AACRuns.form(of: [before, frame]) != nil else { continue }
            used.restart()
            guard (try? AACRuns.samples(of: [before, frame], by: used)) != nil else {
                used = try AACDecoder()
                continue
            }
            used.restart()
            #expect(try AACRuns.samples(of: [before, before], by: used) == expected)
        }
    }
}

extension LossyStream {
    /// Whether its encoder may substitute noise, or use what else keeps frames from being certain.
    fileprivate var mayHaveNoise: Bool { !description.contains("-aac_pns 0") }
}
