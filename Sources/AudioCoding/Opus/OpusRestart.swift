/// A place in an Opus stream from which a fresh decoder gives the exact samples of a decode from the stream's start: a
/// decoder that begins with packet `preRollPacket` does so for every packet from `firstPacket` up to the next restart's
/// `firstPacket`, and up to `end` if that is known. A row of `opus_sync`.
///
/// Packets are counted from the stream's first packet of audio.
public struct OpusRestart: Sendable, Equatable {
    /// The restart that every stream has, and that needs no proof: its own start.
    public static let streamStart = OpusRestart(firstPacket: 0, preRollPacket: 0)

    /// The first packet whose samples are exact.
    public let firstPacket: UInt64
    /// The packet to begin decoding with: `firstPacket` or one before it.
    public let preRollPacket: UInt64
    /// The packet before which the samples were compared last: up to it, they are exact, also beyond the next restart. Nil if nothing is
    /// known beyond that.
    public internal(set) var end: UInt64?

    /// A restart whose samples are exact from `firstPacket` on, and up to `end` if that is not nil, if decoding begins with
    /// `preRollPacket`.
    public init(firstPacket: UInt64, preRollPacket: UInt64, end: UInt64? = nil) {
        self.firstPacket = firstPacket
        self.preRollPacket = preRollPacket
        self.end = end
    }
}
