/// A packet in an Ogg stream: where its bytes are, and which samples it decodes to.
public struct OggPacket: Sendable, Equatable {
    /// The range of its bytes in the stream, or of its first piece if it runs over several pages.
    public let firstPiece: Range<UInt64>
    /// The ranges of its other pieces, of which nearly all packets have none.
    public let laterPieces: [Range<UInt64>]
    /// From the first byte of the page on which it begins to the last byte of the page on which it ends.
    public let pages: Range<UInt64>
    /// The number of its first sample; Opus has 48 000 a second. Sample 0 is the first that the stream decodes to, pre-skip included.
    public let firstSample: UInt64
    /// How many samples of one channel it decodes to, without any trimming of the stream's end.
    public let sampleCount: Int
    /// Whether packets are missing between it and the packet before.
    public let followsHole: Bool

    /// The ranges of all its pieces, in order.
    public var pieces: [Range<UInt64>] { [firstPiece] + laterPieces }

    /// How many bytes it has.
    public var byteCount: Int { laterPieces.reduce(firstPiece.count) { $0 + $1.count } }
}
