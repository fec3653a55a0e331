import AudioCoding
import Support

/// The restarts of a stream, looked up by packet.
struct OpusRestarts: Sendable {
    private let restarts: [OpusRestart]

    /// Those of a store's `opus_sync`, which must be in order and begin with the stream; nil where they do not.
    init?(stored: [OpusRestart], packetCount: UInt64) {
        guard stored.first == OpusRestart(firstPacket: 0, preRollPacket: 0),
            stored.allSatisfy({ $0.preRollPacket <= $0.firstPacket && $0.firstPacket < packetCount }),
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
