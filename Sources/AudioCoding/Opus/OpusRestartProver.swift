/// Finds the restarts of an Opus stream that is handed to it packet by packet: what `opus_sync` holds.
///
/// A decoder runs from the stream's start. For each run of packets, another is started a little before the run; where both
/// give the same samples for every packet of the run, that is a restart. Where they do not, the one of the restart before is
/// asked, which has come a longer way, and its restart then goes on; where that differs too, only the stream's own start is
/// right, and the run's restart says so. Nothing is guessed: every packet is compared.
///
/// Not Sendable: one thread at a time.
public final class OpusRestartProver {
    /// Packets of a run: 0.96 s of 20 ms each. Whole decode units of the readers.
    private static let runPacketCount: UInt64 = 48
    /// Packets before it with which its decoder begins. Of 20 ms each, 19 or 20 are enough half of the time, and more than 32 were
    /// never seen to be needed. With fewer, more restarts come out otherwise by another version of libopus: one in a hundred
    /// with 28, one in a thousand with 32.
    private static let preRollPacketCount: UInt64 = 32

    private let head: OpusHead
    private let reference: ComparableOpusDecoder
    /// How many packets were taken in.
    public private(set) var packetCount: UInt64 = 0
    /// The restarts of the runs that are complete.
    private var restarts = [OpusRestart(firstPacket: 0, preRollPacket: 0)]

    /// The decoder of the last restart, which has come up to this run; nil where that is the reference itself.
    private var current: ComparableOpusDecoder?
    /// The packets of this run and what they decode to, for `current` to be tried with: that is seldom needed.
    private var run: [(packet: [UInt8]?, samples: [UInt8]?)] = []
    /// The decoder begun before this run, as long as it has agreed throughout.
    private var candidate: ComparableOpusDecoder?
    /// The decoder begun for the run after.
    private var next: ComparableOpusDecoder?

    /// A prover for the stream that `head` describes, from its first packet of sound on.
    public init(head: OpusHead) throws(AudioCodingError) {
        self.head = head
        reference = try ComparableOpusDecoder(head: head, firstPacket: 0)
    }

    /// Takes in the next packet; nil for one that is lost.
    public func append(_ packet: UnsafeRawBufferPointer?) throws(AudioCodingError) {
        let position = packetCount % Self.runPacketCount
        if position == 0, packetCount > 0 {
            endRun()
            candidate = next
            next = nil
        }
        if position == Self.runPacketCount - Self.preRollPacketCount {
            next = try ComparableOpusDecoder(head: head, firstPacket: packetCount)
        }
        reference.decode(packet)
        next?.decode(packet)
        if let candidate {
            candidate.decode(packet)
            if !candidate.agrees(with: reference) { self.candidate = nil }
        }
        if current != nil { run.append((packet.map { Array($0) }, reference.samples.map { Array($0) })) }
        packetCount += 1
    }

    /// What a decode from the start gives for the packet taken in last: interleaved, 16 bits. Nil where it cannot be decoded;
    /// valid until the next one is taken in.
    public var samples: UnsafeRawBufferPointer? { reference.samples }

    /// The restarts of all packets taken in, in order; the first is the stream's start.
    public func finish() -> [OpusRestart] {
        endRun()
        return restarts
    }

    /// Decides where the run that ends here is decoded from.
    private func endRun() {
        guard packetCount > Self.runPacketCount else { return }
        let firstPacket = (packetCount - 1) / Self.runPacketCount * Self.runPacketCount
        if let candidate {
            restarts.append(OpusRestart(firstPacket: firstPacket, preRollPacket: candidate.firstPacket))
            current = candidate
        } else if let current, !current.decodes(run) {
            restarts.append(OpusRestart(firstPacket: firstPacket, preRollPacket: 0))
            self.current = nil
        }
        candidate = nil
        run = []
    }
}
