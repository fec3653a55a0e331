import AudioCoding
import Support

/// The restarts of a stream, looked up by packet.
struct OpusRestarts: Sendable {
    private let restarts: [OpusRestart]

    /// The restarts that a store or the catalogue's file claims for `packetCount` packets. They must be in order, begin with the
    /// stream's start, and each with a decode unit, since a unit is decoded from one restart. Nil if they do not.
    init?(claimed: [OpusRestart], packetCount: UInt64) {
        guard claimed.first == .streamStart,
            claimed.allSatisfy({ $0.preRollPacket <= $0.firstPacket && $0.firstPacket < packetCount }),
            claimed.allSatisfy({ $0.firstPacket % OpusStream.packetsPerUnit == 0 }),
            zip(claimed, claimed.dropFirst()).allSatisfy({ $0.firstPacket < $1.firstPacket })
        else { return nil }
        restarts = claimed
    }

    /// The restarts that `prover` has found so far.
    init(provedBy prover: OpusRestartProver) {
        restarts = prover.restarts
    }

    /// The last restart at or before `packet`.
    func last(atOrBefore packet: UInt64) -> OpusRestart {
        var low = 0
        var high = restarts.count
        while low < high {
            let middle = (low + high) / 2
            if restarts[middle].firstPacket <= packet { low = middle + 1 } else { high = middle }
        }
        // The first one is at packet 0.
        return restarts[max(low - 1, 0)]
    }
}
