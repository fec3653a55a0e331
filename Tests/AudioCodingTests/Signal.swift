import AudioCoding

/// Samples for tests of encoders.
enum Signal {
    /// `count` samples of `channels` channels of tones and noise, different in each, as integers of `bits` bits.
    static func integers(bits: Int, channels: Int, count: Int) -> SampleBuffer {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let scale = Double(Int64(1) << Int64(bits - 1) - 1) * 0.9
        let byteCount = (bits + 7) / 8
        var bytes: [UInt8] = []
        for index in 0..<count {
            for channel in 0..<channels {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let noise = Double(Int64(bitPattern: state) >> 40) / Double(1 << 23)
                let phase = Double((index * (channel + 3)) % 480) / 480
                let tone = 1 - 4 * abs(phase - 0.5)
                var value = Int64(scale * (0.7 * tone + 0.3 * noise))
                if byteCount == 1 { value += 128 }
                for byte in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
            }
        }
        return bytes.withUnsafeBytes { SampleBuffer(format: .integer(bits: bits), channels: channels, bytes: $0) }
    }

    /// Mono floats.
    static func floats(_ samples: [Float], channels: Int = 1) -> SampleBuffer {
        samples.withUnsafeBytes { SampleBuffer(format: .float32, channels: channels, bytes: $0) }
    }

    /// `buffer` in pieces of odd sizes.
    static func pieces(_ buffer: SampleBuffer) -> [SampleBuffer] {
        var pieces: [SampleBuffer] = []
        var position = 0
        var size = 1
        while position < buffer.sampleCount {
            pieces.append(buffer.subrange(position..<position + size))
            position += size
            size = size * 3 % 7919 + 1
        }
        return pieces
    }
}

extension SampleBuffer {
    var byteArray: [UInt8] { Array(bytes) }

    /// The samples of a buffer of floats.
    var floatArray: [Float] {
        (0..<sampleCount * channels).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
}
