import Support
import Synchronization

/// The samples of the decode units of one Opus stream that were looked up last, and of its first.
///
/// Every request asks for them several times, and rows of an index have to be taken out of its chunk for that.
final class RecentUnits: Sendable {
    private struct Known {
        var unit: UInt64
        var samples: Range<UInt64>
    }

    /// The first is the stream's first unit, the others are found by their number.
    private let units = Mutex([Known?](repeating: nil, count: 33))

    /// The decoded samples of the decode unit `unit` of `packets`, which are always those of the same stream.
    func samples(ofUnit unit: UInt64, of packets: any OpusPackets) throws -> Range<UInt64> {
        let slot = unit == 0 ? 0 : 1 + Int(unit % 32)
        if let known = units.withLock({ $0[slot] }), known.unit == unit { return known.samples }
        let samples = try packets.samples(ofUnit: unit)
        units.withLock { $0[slot] = Known(unit: unit, samples: samples) }
        return samples
    }
}
