import Support

/// The identification header of an Opus stream. RFC 7845, section 5.1.
public struct OpusHead: Sendable, Hashable {
    /// How the coded channels map to the stream's. RFC 7845, section 5.1.1.
    public enum MappingFamily: UInt8, Sendable {
        /// Mono or stereo.
        case monoOrStereo = 0
        /// One to eight channels in Vorbis's order.
        case vorbis = 1
        /// Channels without a defined meaning.
        case discrete = 255
    }

    /// Channels of the decoded stream, at least one.
    public let channels: Int
    /// Samples of one channel at 48 kHz to drop from the front of the decoded stream.
    public internal(set) var preSkip: Int
    /// The sample rate of what was encoded, in hertz; 0 if it is unknown. Decoding is always at 48 kHz.
    public let inputSampleRate: UInt32
    /// The gain that a decoder applies, in 1/256 dB.
    public let outputGain: Int16
    /// How the coded channels map to the stream's.
    public let mappingFamily: MappingFamily
    /// Opus streams in every packet, at least one.
    public let streamCount: Int
    /// How many of these streams, the first ones, are stereo.
    public let coupledCount: Int
    /// For each channel of the stream, the number of its coded channel, or 255 for silence.
    public let channelMapping: [UInt8]

    /// Parses `packet`. Throws if it is not an identification header, or one of an unsupported kind.
    public init(_ packet: [UInt8]) throws(AudioCodingError) {
        var reader = ByteReader(packet)
        guard let magic = reader.read(8), magic.elementsEqual("OpusHead".utf8) else {
            throw AudioCodingError(.opus, "the stream does not begin with OpusHead")
        }
        guard let version = reader.readByte(), let channels = reader.readByte(),
            let preSkip = reader.readLittleEndian(UInt16.self),
            let inputSampleRate = reader.readLittleEndian(UInt32.self),
            let outputGain = reader.readLittleEndian(Int16.self), let family = reader.readByte()
        else {
            throw AudioCodingError(.opus, "OpusHead has only \(packet.count) bytes")
        }
        // Versions that differ only in the lower four bits are compatible.
        guard version >> 4 == 0 else {
            throw AudioCodingError(.opus, "OpusHead of version \(version) is not supported")
        }
        guard let mappingFamily = MappingFamily(rawValue: family) else {
            throw AudioCodingError(.opus, "channel mapping family \(family) is not supported")
        }
        guard channels > 0 else { throw AudioCodingError(.opus, "OpusHead announces no channels") }

        self.channels = Int(channels)
        self.preSkip = Int(preSkip)
        self.inputSampleRate = inputSampleRate
        self.outputGain = outputGain
        self.mappingFamily = mappingFamily
        switch mappingFamily {
        case .monoOrStereo:
            guard channels <= 2 else {
                throw AudioCodingError(.opus, "\(channels) channels without a channel mapping table")
            }
            (streamCount, coupledCount) = (1, self.channels - 1)
            channelMapping = Array(0..<channels)
        case .vorbis, .discrete:
            guard mappingFamily == .discrete || channels <= 8 else {
                throw AudioCodingError(.opus, "\(channels) channels in mapping family 1, which has at most 8")
            }
            guard let streams = reader.readByte(), let coupled = reader.readByte(),
                let mapping = reader.read(self.channels)
            else {
                throw AudioCodingError(.opus, "the channel mapping table of OpusHead is cut short")
            }
            let coded = Int(streams) + Int(coupled)
            guard streams > 0, coupled <= streams, coded <= 255,
                mapping.allSatisfy({ $0 == 255 || Int($0) < coded })
            else {
                throw AudioCodingError(.opus, "the channel mapping table of OpusHead contradicts itself")
            }
            (streamCount, coupledCount) = (Int(streams), Int(coupled))
            channelMapping = Array(mapping)
        }
    }

    /// Whether the stream is one mono or stereo Opus stream, its channels in order.
    var isSingleStream: Bool {
        streamCount == 1 && channels == 1 + coupledCount && channelMapping == Array(0..<UInt8(channels))
    }

    /// `channelMapping` in WAVE's order of channels. Family 1 has Vorbis's order; in the others nothing is reordered.
    var waveChannelMapping: [UInt8] {
        guard mappingFamily == .vorbis else { return channelMapping }
        return Self.vorbisOrder[channels - 1].map { channelMapping[$0] }
    }

    /// For each number of channels, the place in Vorbis's order (Vorbis I, section 4.3.9) of each channel in WAVE's.
    static let vorbisOrder: [[Int]] = [
        [0], [0, 1], [0, 2, 1], [0, 1, 2, 3], [0, 2, 1, 3, 4], [0, 2, 1, 5, 3, 4], [0, 2, 1, 6, 5, 3, 4],
        [0, 2, 1, 7, 5, 6, 3, 4],
    ]
}

extension AudioCodingError.Codec {
    /// Opus.
    public static let opus = Self(name: "Opus")
}
