import Support
public import Zarr

/// How samples are encoded to a codec.
public protocol AudioEncoding: Sendable {
    /// The codec.
    var codec: AudioCodec { get }

    /// What is lost; nil if decoding gives the very samples that were encoded.
    var loss: EncodingLoss? { get }

    /// Why the codec cannot hold samples of `form`, as the start of a sentence; nil if it can.
    func obstacle(to form: SampleForm) -> String?

    /// A writer of samples of `form` into `node`.
    func makeWriter(
        of form: SampleForm, _ settings: EncodingSettings, in node: any StagedNode
    ) throws -> any AudioWriter
}

extension AudioEncoding {
    /// Nothing is lost.
    public var loss: EncodingLoss? { nil }

    /// The codec can hold all samples.
    public func obstacle(to form: SampleForm) -> String? { nil }
}

/// What a lossy codec holds of samples.
public struct EncodingLoss: Sendable {
    /// Samples of one channel a second that the codec takes.
    public let sampleRates: [UInt32]
    /// The greatest of them.
    public let highestRate: UInt32
    /// Bits a second of each channel if the user names none. Microphones have nothing in common that could be relied on.
    public let channelBitRate: Int
    /// Whether it is decoded at `highestRate` whatever it was encoded from.
    private let isDecodedAtHighest: Bool

    /// The loss of a codec that takes `sampleRates`, at least one.
    init(sampleRates: [UInt32], isDecodedAtHighest: Bool, channelBitRate: Int) {
        self.sampleRates = sampleRates
        self.isDecodedAtHighest = isDecodedAtHighest
        self.channelBitRate = channelBitRate
        highestRate = sampleRates.max() ?? 0
    }

    /// The rate to resample to from a `rate` below the highest that the codec does not take.
    public func nextRate(above rate: UInt32) -> UInt32 {
        isDecodedAtHighest ? highestRate : sampleRates.filter { $0 > rate }.min() ?? highestRate
    }

    /// The bits a second of `channels` channels: those that `settings` ask for, else the usual ones.
    public func bitRate(_ settings: EncodingSettings, channels: Int) -> Int {
        settings.bitRate ?? channelBitRate.multiplied(by: channels) ?? .max
    }
}

/// How a source is encoded, beside the form of its samples.
public struct EncodingSettings: Sendable {
    /// Samples of one channel of the source a second, before any resampling.
    let sourceRate: UInt32
    /// Bits a second, all channels together; nil for the codec's usual ones. Lossless codecs ignore it.
    let bitRate: Int?
    /// Threads that may work on the source.
    let threads: Int

    /// Settings with these values.
    public init(sourceRate: UInt32, bitRate: Int?, threads: Int) {
        self.sourceRate = sourceRate
        self.bitRate = bitRate
        self.threads = threads
    }

    /// Whether what is encoded is decoded beside the encoding.
    var isConcurrent: Bool { threads > 1 }
}
