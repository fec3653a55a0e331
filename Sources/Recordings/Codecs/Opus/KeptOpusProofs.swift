import AudioCoding
import Support
import Synchronization

/// The restarts that a frontier proved in this mount or another, as the catalogue's file has them.
///
/// Only restarts of fresh decoders are kept: a decoder's state means something in one process alone.
final class KeptOpusProofs: Sendable {
    /// Runs after which what is new is kept, at least.
    private static let step = 256

    private let derived: DerivedData.Opener
    private let kept = SingleFlight<Kept>()
    private let keptCount = Atomic<Int>(0)

    private struct Kept: Sendable {
        let derived: DerivedData?
        /// For each run, the unit from which a fresh decoder gives its samples; 0 where none but the first does.
        let preRollUnits: [UInt64]
    }

    init(derived: @escaping DerivedData.Opener) {
        self.derived = derived
    }

    /// Where a decode of `unit` can begin, by what was kept before this mount; nil where that does not say.
    func start(of unit: UInt64) -> OpusFrontier.Start? {
        let kept = load()
        let run = unit / OpusFrontier.unitsPerRun
        guard let index = Int(exactly: run), index < kept.preRollUnits.count else { return nil }
        // From the start of the stream, a frontier gets there at less cost, and keeps states on its way.
        guard kept.preRollUnits[index] > 0 || run <= 1 else { return nil }
        return OpusFrontier.Start(state: nil, packet: kept.preRollUnits[index] * OpusStream.packetsPerUnit)
    }

    /// How many runs must have been proved for keeping them to be worth while.
    var worthKeeping: Int { keptCount.load(ordering: .relaxed) + Self.step }

    /// Keeps what was proved of the runs from the first on.
    func keep(_ preRollUnits: [UInt64]) {
        let kept = load()
        guard preRollUnits.count > max(keptCount.load(ordering: .relaxed), kept.preRollUnits.count) else { return }
        keptCount.store(preRollUnits.count, ordering: .relaxed)
        var bytes = Self.version
        for unit in preRollUnits { LEB128.append(unit, to: &bytes) }
        kept.derived?.keep(bytes, as: .opusRestarts)
    }

    private func load() -> Kept {
        kept.get {
            let derived = derived()
            let units = derived?.content(.opusRestarts).flatMap { Self.preRollUnits($0) } ?? []
            keptCount.store(units.count, ordering: .relaxed)
            return Kept(derived: derived, preRollUnits: units)
        }
    }

    /// A proof holds for the decoder that gave it, and for runs of as many packets.
    private static let version =
        Array(OpusStreamDecoder.libraryVersion.utf8)
        + [0, UInt8(OpusStream.packetsPerUnit), UInt8(OpusFrontier.unitsPerRun)]

    private static func preRollUnits(_ content: ArraySlice<UInt8>) -> [UInt64]? {
        guard content.starts(with: version) else { return nil }
        var rest = content.dropFirst(version.count)
        var units: [UInt64] = []
        while !rest.isEmpty {
            // A run is decoded from where it begins, or before.
            guard let unit = LEB128.take(from: &rest), unit <= UInt64(units.count) * OpusFrontier.unitsPerRun
            else { return nil }
            units.append(unit)
        }
        return units
    }
}
