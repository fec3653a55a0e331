import AudioCoding
import Support

/// The restarts of a stream, looked up by packet.
struct OpusRestarts: Sendable {
    private let restarts: [OpusRestart]
    /// Packets that the decoder of the restart at their front gives exactly, beyond the next restart; in order, and not overlapping.
    private let stretches: [Range<UInt64>]

    /// The restarts that a store or the catalogue's file claims for `packetCount` packets. They must be in order, begin with the
    /// stream's start, and each with a decode unit, since a unit is decoded from one restart; so must their ends, or end with the stream.
    /// Nil if they do not. Where they end counts only if the caller `believesEnds`.
    init?(claimed: [OpusRestart], packetCount: UInt64, believesEnds: Bool = false) {
        guard claimed.first?.firstPacket == 0, claimed.first?.preRollPacket == 0,
            claimed.allSatisfy({ $0.preRollPacket <= $0.firstPacket && $0.firstPacket < packetCount }),
            claimed.allSatisfy({ $0.firstPacket % OpusStream.packetsPerUnit == 0 }),
            zip(claimed, claimed.dropFirst()).allSatisfy({ $0.firstPacket < $1.firstPacket }),
            claimed.allSatisfy({ Self.isEnd($0.end, of: $0, packetCount) })
        else { return nil }
        restarts = claimed
        stretches = believesEnds ? Self.stretches(claimed) : []
    }

    /// The restarts that `prover` has found so far.
    init(provedBy prover: OpusRestartProver) {
        restarts = prover.restarts
        stretches = []
    }

    private static func isEnd(_ end: UInt64?, of restart: OpusRestart, _ packetCount: UInt64) -> Bool {
        guard let end else { return true }
        return end >= restart.firstPacket && end <= packetCount
            && (end % OpusStream.packetsPerUnit == 0 || end == packetCount)
    }

    /// None is longer than those that are proved: requests wait for each other from its end to its front.
    private static func stretches(_ restarts: [OpusRestart]) -> [Range<UInt64>] {
        var stretches: [Range<UInt64>] = []
        for (restart, next) in zip(restarts, restarts.dropFirst()) {
            let limit = restart.firstPacket.adding(OpusRestartProver.packetsPerStretch) ?? .max
            guard let end = restart.end.map({ min($0, limit) }), end > next.firstPacket,
                restart.firstPacket >= stretches.last?.upperBound ?? 0
            else { continue }
            stretches.append(restart.firstPacket..<end)
        }
        return stretches
    }

    /// The last restart at or before `packet`.
    func last(atOrBefore packet: UInt64) -> OpusRestart {
        // The first one is at packet 0.
        restarts[max(Self.count(of: restarts) { $0.firstPacket <= packet } - 1, 0)]
    }

    /// The stretch that `packet` is in: up to its end, the decoder of the restart at its front gives the exact samples. Nil if it is in none.
    func stretch(containing packet: UInt64) -> Range<UInt64>? {
        let count = Self.count(of: stretches) { $0.lowerBound <= packet }
        guard count > 0, stretches[count - 1].contains(packet) else { return nil }
        return stretches[count - 1]
    }

    /// How many of the first `elements` are as `isBefore` says; those are in front of all others.
    private static func count<Element>(of elements: [Element], _ isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(elements[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
