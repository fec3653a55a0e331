/// An Opus packet in an Ogg stream: where its bytes are, and which samples it decodes to.
public struct OggPacket: Sendable, Equatable {
    /// Its bytes, from the start of the stream; the first of them where it runs over several pages.
    public let firstPiece: Range<UInt64>
    /// The rest of its bytes; empty as a rule.
    public let laterPieces: [Range<UInt64>]
    /// Its first sample of one channel at 48 kHz. 0 is the first that the stream decodes to, before pre-skip.
    public let firstSample: UInt64
    /// How many samples of one channel, end trimming not counted.
    public let sampleCount: Int
    /// Whether packets before it are missing: decoding begins anew here.
    public let followsHole: Bool

    /// All of its bytes, in order.
    public var pieces: [Range<UInt64>] { [firstPiece] + laterPieces }

    /// How many bytes it has.
    public var byteCount: Int { laterPieces.reduce(firstPiece.count) { $0 + $1.count } }
}
