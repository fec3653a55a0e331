import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

struct OpusEncoderTests {
    private static func encode(_ samples: SampleBuffer, _ encoder: OpusEncoder) throws -> [[UInt8]] {
        var frames: [EncodedFrame] = []
        for piece in Signal.pieces(samples) { frames += try encoder.encode(piece) }
        frames += try encoder.finish()
        #expect(frames.allSatisfy { $0.sampleCount == 960 && OpusPacket.sampleCount(of: $0.bytes) == 960 })
        return frames.map(\.bytes)
    }

    /// Silence with a click in each channel.
    private static func click(count: Int, channels: Int, at place: (Int) -> Int) -> SampleBuffer {
        var samples = [Float](repeating: 0, count: count * channels)
        for channel in 0..<channels { samples[place(channel) * channels + channel] = 0.9 }
        return Signal.floats(samples, channels: channels)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 10])
    func `packets cover pre-skip and all samples, each channel in its place`(_ channels: Int) throws {
        let count = 30_000
        func place(_ channel: Int) -> Int { 3000 + 2400 * channel }
        let encoder = try OpusEncoder(sampleRate: 48_000, channels: channels, bitRate: 128_000 * channels)
        let packets = try Self.encode(Self.click(count: count, channels: channels, at: place), encoder)
        let decoded = try Decoding.opus(packets, encoder.head)

        let family: OpusHead.MappingFamily = channels <= 2 ? .monoOrStereo : .discrete
        #expect(encoder.head.mappingFamily == family)
        #expect(try OpusHead(encoder.head.bytes) == encoder.head)
        #expect(encoder.sampleCount == UInt64(count))
        #expect(decoded.count == packets.count * 960 * 2 * channels)
        #expect(packets.count * 960 >= encoder.head.preSkip + count)
        #expect((packets.count - 1) * 960 < encoder.head.preSkip + count)
        let integers = decoded.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        for channel in 0..<channels {
            let loudest = (0..<packets.count * 960).max {
                abs(Int(integers[$0 * channels + channel])) < abs(Int(integers[$1 * channels + channel]))
            }
            #expect(loudest == encoder.head.preSkip + place(channel), "channel \(channel)")
        }
    }

    @Test(arguments: OpusEncoder.sampleRates) func `every rate of its own is aligned at 48 kHz`(
        _ sampleRate: UInt32
    ) throws {
        let ratio = Int(48_000 / sampleRate)
        let place = 2000
        let encoder = try OpusEncoder(sampleRate: sampleRate, channels: 1, bitRate: 96_000)
        let packets = try Self.encode(Self.click(count: 5000, channels: 1) { _ in place }, encoder)
        let decoded = try Decoding.opus(packets, encoder.head)
        let integers = decoded.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        let loudest = integers.indices.max { abs(Int(integers[$0])) < abs(Int(integers[$1])) } ?? 0
        #expect(abs(loudest - encoder.head.preSkip - place * ratio) < ratio)
        #expect(encoder.sampleCount == UInt64(5000 * ratio))
        #expect(encoder.head.inputSampleRate == sampleRate)
    }

    @Test func `what is decoded is like what was encoded`() throws {
        let samples = Signal.integers(bits: 16, channels: 1, count: 96_000)
        let encoder = try OpusEncoder(sampleRate: 48_000, channels: 1, bitRate: 256_000)
        let decoded = try Decoding.opus(try Self.encode(samples, encoder), encoder.head)
        func value(_ bytes: [UInt8], _ index: Int) -> Double {
            Double(Int16(bitPattern: UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8))
        }
        let source = samples.byteArray
        func noise(lag: Int) -> Double {
            (1000..<90_000).reduce(0) { sum, index in
                let difference = value(decoded, index + encoder.head.preSkip + lag) - value(source, index)
                return sum + difference * difference
            }
        }
        let power = (1000..<90_000).reduce(0) { $0 + value(source, $1) * value(source, $1) }
        #expect(10 * log10(power / noise(lag: 0)) > 15)
        for lag in [-3, -2, -1, 1, 2, 3] { #expect(noise(lag: lag) > noise(lag: 0)) }
    }

    /// Not the decoder's state, which keeps an estimate of the noise floor that adapts over many seconds.
    @Test func `a fresh decoder gives the same samples after a second, wherever it begins`() throws {
        let samples = Signal.integers(bits: 16, channels: 2, count: 48_000 * 6)
        let encoder = try OpusEncoder(sampleRate: 48_000, channels: 2, bitRate: 96_000)
        let packets = try Self.encode(samples, encoder)
        let whole = try Decoding.opus(packets, encoder.head)
        for start in stride(from: 20, to: packets.count - 60, by: 47) {
            let fresh = try Decoding.opus(Array(packets[start...]), encoder.head)
            let preRoll = 50 * 960 * 4
            #expect(whole[(start * 960 * 4 + preRoll)...].elementsEqual(fresh[preRoll...]), "packet \(start)")
        }
    }

    @Test func `no samples make no packets`() throws {
        #expect(try OpusEncoder(sampleRate: 48_000, channels: 1, bitRate: 96_000).finish() == [])
    }

    @Test func `what Opus cannot hold is refused`() throws {
        #expect(throws: AudioCodingError.self) { try OpusEncoder(sampleRate: 44_100, channels: 1, bitRate: 96_000) }
        #expect(throws: AudioCodingError.self) { try OpusEncoder(sampleRate: 48_000, channels: 0, bitRate: 96_000) }
        #expect(throws: AudioCodingError.self) { try OpusEncoder(sampleRate: 48_000, channels: 256, bitRate: 96_000) }
        #expect(throws: AudioCodingError.self) { try OpusEncoder(sampleRate: 48_000, channels: 1, bitRate: 0) }
        let encoder = try OpusEncoder(sampleRate: 48_000, channels: 1, bitRate: 96_000)
        #expect(throws: AudioCodingError.self) { try encoder.encode(Signal.floats([0, 0], channels: 2)) }
    }
}
