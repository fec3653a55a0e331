import AudioCoding
import Support

/// From where a decoder reaches the exact state of a decode from the stream's start.
///
/// A restart at a unit says: a fresh decoder that begins with packet `preRoll` has, at the unit's first packet, decoded itself
/// into that state.
struct OpusRestarts: Sendable {
    /// One restart: packets, counted from the stream's first.
    struct Restart: Sendable, Equatable {
        let firstPacket: UInt64
        let preRollPacket: UInt64
    }

    private var restarts: [Restart]

    /// Only the stream's own start.
    init() {
        restarts = [Restart(firstPacket: 0, preRollPacket: 0)]
    }

    /// Those of a store's `opus_sync`, which must be in order and begin with the stream; nil where they do not.
    init?(stored: [Restart], packetCount: UInt64) {
        guard stored.first == Restart(firstPacket: 0, preRollPacket: 0),
            stored.allSatisfy({ $0.preRollPacket <= $0.firstPacket && $0.firstPacket < packetCount }),
            zip(stored, stored.dropFirst()).allSatisfy({ $0.firstPacket < $1.firstPacket })
        else { return nil }
        restarts = stored
    }

    /// Adds a restart after the last.
    mutating func append(_ restart: Restart) {
        restarts.append(restart)
    }

    /// The last restart at or before `packet`.
    func last(atOrBefore packet: UInt64) -> Restart {
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
