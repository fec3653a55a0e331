import AudioCoding
import Support

/// The restarts of a stream, looked up by packet.
struct OpusRestarts: Sendable {
    private let restarts: [OpusRestart]

    /// Those of a store's `opus_sync`, which must be in order, begin with the stream, and each with a decode unit: a unit is
    /// decoded from one restart, and none covers packets beyond the next. Nil where they do not.
    init?(stored: [OpusRestart], packetCount: UInt64) {
        guard stored.first == OpusRestart(firstPacket: 0, preRollPacket: 0),
            stored.allSatisfy({ $0.preRollPacket <= $0.firstPacket && $0.firstPacket < packetCount }),
            stored.allSatisfy({ $0.firstPacket % OpusStream.packetsPerUnit == 0 }),
            zip(stored, stored.dropFirst()).allSatisfy({ $0.firstPacket < $1.firstPacket })
        else { return nil }
        restarts = stored
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
