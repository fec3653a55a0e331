/// What is wrong with a stream that was decoded all the same.
public struct MediaDamage: Sendable, Equatable {
    /// Packets that could not be decoded.
    public internal(set) var packetCount: UInt64 = 0
    /// Samples of one channel, in the place of packets that are missing or could not be decoded, that are silence.
    public internal(set) var silentSampleCount: UInt64 = 0
    /// The first sample of one channel at which something is wrong.
    public internal(set) var firstSample: UInt64?
    /// Why the first packet could not be decoded.
    public internal(set) var reason: String?
    /// Why the file could not be read to its end, if that is so.
    public internal(set) var endReason: String?
    /// Samples of one channel that the container announces and does not have; 0 if it announces none.
    public var missingSampleCount: UInt64 = 0
    /// Frames whose headers are whole and whose sound is not there; nil if there are none.
    public var blankFrames: BlankFrames?
    /// The samples of one channel at which other files seem to begin that were joined to the first.
    public var joints: [UInt64] = []
    /// Bytes between its frames that belong to none.
    public var foreignByteCount: UInt64 = 0
    /// Bytes behind its last frame that are neither frame nor tag.
    public var trailingByteCount: UInt64 = 0
    /// Pages or clusters of the file that are there twice or out of order; they were put in order.
    public internal(set) var misplacedPieceCount: UInt64 = 0
    /// What the times of its packets contradict; nil if that is nothing.
    public internal(set) var contradiction: TimeContradiction?
    /// Whether the file does not end as a whole one does.
    public var lacksEnd = false

    /// Nothing.
    public init() {}

    /// Whether nothing is wrong.
    public var isEmpty: Bool { self == MediaDamage() }

    /// Notes a place at sample `sample`, with the reason if a packet could not be decoded.
    mutating func add(at sample: UInt64, packet reason: String? = nil) {
        firstSample = firstSample ?? sample
        guard let reason else { return }
        packetCount += 1
        self.reason = self.reason ?? reason
    }
}
