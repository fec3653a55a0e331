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
        let (known, before) = units.withLock { units in
            (units[Self.slot(of: unit)], unit == 0 ? nil : units[Self.slot(of: unit - 1)])
        }
        if let known, known.unit == unit { return known.samples }
        let samples: Range<UInt64>
        if let before, before.unit + 1 == unit, !before.samples.isEmpty {
            // Where one with samples ends, the next begins.
            let start = before.samples.upperBound
            samples = start..<max(start, try packets.sampleCount(beforeUnit: unit + 1))
        } else {
            samples = try packets.samples(ofUnit: unit)
        }
        units.withLock { $0[Self.slot(of: unit)] = Known(unit: unit, samples: samples) }
        return samples
    }

    private static func slot(of unit: UInt64) -> Int { unit == 0 ? 0 : 1 + Int(unit % 32) }
}
