/// Proves the restarts that a store claims for an Opus stream that is handed to it packet by packet: each by decoding from
/// where it says and comparing with a decode from the start.
///
/// Restarts that begin with the stream need no proof. Not Sendable: one thread at a time.
public final class OpusRestartVerifier {
    /// More restarts than this under way at a time are no help to anybody, and would take for ever.
    private static let decoderLimit = 64

    /// A claim that does not hold.
    public struct Fault: Sendable, Equatable {
        /// The number of the restart.
        public let restart: Int
        /// The first packet that it gives other samples for; nil where there was no trying.
        public let packet: UInt64?
    }

    private let head: OpusHead
    private let claims: [OpusRestart]
    private let reference: ComparableOpusDecoder
    /// The claims by the packets they begin with, from the last to the first.
    private var pending: [Int]
    /// The claims whose decoders run, by their numbers.
    private var running: [(claim: Int, decoder: ComparableOpusDecoder)] = []
    private var packetCount: UInt64 = 0

    /// What does not hold, as far as the packets have come.
    public private(set) var faults: [Fault] = []
    /// The packets that could not be decoded at all, from the start, joined where they follow each other.
    public private(set) var failures: [Range<UInt64>] = []

    /// A verifier of `claims`, which are in order and begin with the stream, about the stream that `head` describes.
    public init(head: OpusHead, claims: [OpusRestart]) throws(AudioCodingError) {
        self.head = head
        self.claims = claims
        reference = try ComparableOpusDecoder(head: head, firstPacket: 0)
        pending = claims.indices.filter { claims[$0].preRollPacket > 0 }
            .sorted { claims[$0].preRollPacket > claims[$1].preRollPacket }
    }

    /// Takes in the next packet; nil for one that is lost.
    public func append(_ packet: UnsafeRawBufferPointer?) throws(AudioCodingError) {
        running.removeAll { end(of: $0.claim) <= packetCount }
        while let claim = pending.last, claims[claim].preRollPacket <= packetCount {
            pending.removeLast()
            guard running.count < Self.decoderLimit else {
                faults.append(Fault(restart: claim, packet: nil))
                continue
            }
            running.append((claim, try ComparableOpusDecoder(head: head, firstPacket: packetCount)))
        }
        reference.decode(packet)
        if reference.byteCount == nil { addFailure() }
        running.removeAll { claim, decoder in
            decoder.decode(packet)
            guard packetCount >= claims[claim].firstPacket, !decoder.agrees(with: reference) else { return false }
            faults.append(Fault(restart: claim, packet: packetCount))
            return true
        }
        packetCount += 1
    }

    /// The packet at which the claim ends.
    private func end(of claim: Int) -> UInt64 {
        claims.indices.contains(claim + 1) ? claims[claim + 1].firstPacket : .max
    }

    private func addFailure() {
        if let last = failures.last, last.upperBound == packetCount {
            failures[failures.count - 1] = last.lowerBound..<packetCount + 1
        } else if failures.count < 1000 {
            failures.append(packetCount..<packetCount + 1)
        }
    }
}
