import AudioCoding
import Foundation
import TestSupport
import Testing

struct AACEncoderTests {
    private static func encode(_ samples: SampleBuffer, _ encoder: AACEncoder) throws -> [[UInt8]] {
        var frames: [EncodedFrame] = []
        for piece in Signal.pieces(samples) { frames += try encoder.encode(piece) }
        frames += try encoder.finish()
        #expect(frames.allSatisfy { $0.sampleCount == 1024 })
        return frames.map(\.bytes)
    }

    @Test(arguments: 1...AACEncoder.channelLimit)
    func `AAC frames cover priming and all samples, with every channel in its place`(_ channels: Int) throws {
        // A click in each channel at a different place.
        let count = 20_000
        var samples = [Float](repeating: 0, count: count * channels)
        func place(_ channel: Int) -> Int { 3000 + 2000 * channel }
        for channel in 0..<channels { samples[place(channel) * channels + channel] = 0.9 }
        let encoder = try AACEncoder(sampleRate: 48_000, channels: channels, bitRate: 128_000 * channels)
        let frames = try Self.encode(Signal.floats(samples, channels: channels), encoder)
        let decoded = try Decoding.aac(frames)

        #expect(encoder.priming == 1024)
        #expect(encoder.sampleCount == UInt64(count))
        #expect(decoded.count / 2 / channels == frames.count * 1024)
        #expect(frames.count * 1024 >= encoder.priming + count)
        #expect((frames.count - 1) * 1024 < encoder.priming + count)
        let integers = decoded.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        for channel in 0..<channels {
            let loudest = (0..<frames.count * 1024).max {
                abs(Int(integers[$0 * channels + channel])) < abs(Int(integers[$1 * channels + channel]))
            }
            #expect(loudest == encoder.priming + place(channel), "channel \(channel)")
        }
    }

    @Test func `every encoded AAC frame decodes to the same samples after one frame of pre-roll`() throws {
        let samples = Signal.integers(bits: 16, channels: 2, count: 40_000)
        let encoder = try AACEncoder(sampleRate: 44_100, channels: 2, bitRate: 48_000)
        let frames = try Self.encode(samples, encoder)
        let whole = try Decoding.aac(frames)
        for index in 1..<frames.count {
            let pair = try Decoding.aac(Array(frames[index - 1...index]))
            let range = index * 4096..<(index + 1) * 4096
            #expect(whole[range].elementsEqual(pair[4096...]), "frame \(index)")
        }
    }

    @Test(.enabled(if: MediaTools.arePresent, MediaTools.comment), arguments: [8_000, 44_100, 48_000, 96_000])
    func `an encoded AAC stream is the one that ffmpeg makes, and ffmpeg decodes it`(_ sampleRate: UInt32) throws {
        let samples = Signal.integers(bits: 16, channels: 2, count: 30_000)
        let encoder = try AACEncoder(sampleRate: sampleRate, channels: 2, bitRate: 96_000)
        let frames = try Self.encode(samples, encoder)
        try TestFiles.withTemporaryDirectory { directory in
            let raw = directory.appending(path: "a.raw")
            try Data(samples.byteArray).write(to: raw)
            let expected = try runChecked(
                ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", "\(sampleRate)", "-ac", "2", "-i", raw.path]
                    + ["-c:a", "aac", "-aac_pns", "0", "-aac_is", "0", "-b:a", "96k", "-flags", "+bitexact"]
                    + ["-f", "adts", "-"]
            ).output
            #expect(expected == Data(frames.joined()))
            let own = directory.appending(path: "a.aac")
            try Data(frames.joined()).write(to: own)
            let decoded = try runChecked(["ffmpeg", "-v", "error", "-i", own.path, "-f", "s16le", "-"])
            #expect(decoded.errors == "")
            #expect(decoded.output == Data(try Decoding.aac(frames)))
        }
    }

    @Test func `no samples are encoded to no AAC frames`() throws {
        let encoder = try AACEncoder(sampleRate: 48_000, channels: 1, bitRate: 96_000)
        #expect(try encoder.finish() == [])
    }

    @Test func `samples that AAC cannot hold are refused`() throws {
        #expect(throws: AudioCodingError.self) { try AACEncoder(sampleRate: 250_000, channels: 1, bitRate: 96_000) }
        #expect(throws: AudioCodingError.self) { try AACEncoder(sampleRate: 48_000, channels: 0, bitRate: 96_000) }
        // Six channels without a mask: the fourth would lose all but its bass.
        #expect(throws: AudioCodingError.self) { try AACEncoder(sampleRate: 48_000, channels: 6, bitRate: 96_000) }
        #expect(throws: AudioCodingError.self) { try AACEncoder(sampleRate: 48_000, channels: 7, bitRate: 96_000) }
        let encoder = try AACEncoder(sampleRate: 48_000, channels: 1, bitRate: 96_000)
        #expect(throws: AudioCodingError.self) { try encoder.encode(Signal.floats([0, 0], channels: 2)) }
    }
}
