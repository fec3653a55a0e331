import AudioCoding
import Support
import Synchronization

/// How far a stream without stored restarts has been decoded from its start, and the restarts proved on the way.
///
/// Behind the decoder that runs from the start, a prover that began two units before a run of units must give, for every packet
/// of the run, the very same samples: then the run can be decoded from where the prover began. Where a fresh prover fails, the
/// one of the run before, which has come a longer way, is tried; where that fails too, the run can be decoded only from the
/// start of the stream, or from one of a bounded number of decoder states kept in memory.
final class OpusFrontier: Sendable {
    /// Units that share a restart.
    static let unitsPerRun: UInt64 = 3
    /// Units before a run with which its prover begins.
    private static let preRollUnitCount: UInt64 = 2
    /// States that are kept of one stream.
    private static let keptStateLimit = 32

    /// Where a decode of a unit can begin.
    struct Start: Equatable {
        /// The decoder's state; nil for a fresh one's.
        let state: Block?
        /// The first packet to decode.
        let packet: UInt64

        static func == (left: Start, right: Start) -> Bool {
            left.packet == right.packet && left.state === right.state
        }
    }

    /// What reaching for a unit gives.
    enum Reach {
        /// The unit is where the frontier was: its samples.
        case decoded(Result<Block, AudioCodingError>)
        /// The frontier has passed the unit: where to begin, and whether the unit after is proved from there as well.
        case passed(Start, coversNext: Bool)
    }

    private let head: OpusHead
    private let cache: BlockCache
    private let counter: DecodeCounter
    private let proofs: KeptOpusProofs
    private let progress = Mutex<Progress?>(nil)

    init(head: OpusHead, cache: BlockCache, derived: @escaping DerivedData.Opener, counter: DecodeCounter) {
        self.head = head
        self.cache = cache
        self.counter = counter
        proofs = KeptOpusProofs(derived: derived)
    }

    deinit {
        progress.withLock { if let progress = $0 { proofs.keep(progress.preRollUnits) } }
    }

    /// Takes the frontier past `unit`, if it is not there yet. Others who need it to move wait meanwhile.
    func reach(_ unit: UInt64, of packets: any OpusPackets) throws -> Reach {
        if let start = proofs.start(of: unit) {
            return .passed(start, coversNext: proofs.start(of: unit + 1) == start)
        }
        return try progress.withLock { progress in
            var current = try progress ?? Progress(decoder: OpusStreamDecoder(head: head))
            defer { progress = current }
            while current.nextUnit < unit { countPreRoll([try advance(&current, packets)]) }
            defer { if current.preRollUnits.count >= proofs.worthKeeping { proofs.keep(current.preRollUnits) } }
            guard current.nextUnit == unit else {
                let start = current.start(of: unit)
                return .passed(start, coversNext: current.start(of: unit + 1) == start)
            }
            return .decoded(try advance(&current, packets))
        }
    }

    /// Decodes the next unit, and with the last of a run, proves where the run can be decoded from.
    ///
    /// Where packets cannot be read, `progress` is left as it was.
    private func advance(
        _ progress: inout Progress, _ packets: any OpusPackets
    ) throws -> Result<Block, AudioCodingError> {
        let state = progress.decoder.snapshot()
        let proverState = progress.prover?.decoder.snapshot()
        do {
            let samples = try progress.decoder.samples(ofUnit: progress.nextUnit, of: packets)
            if progress.run.isEmpty { progress.runState = state }
            let run = progress.run + [samples]
            let isLastUnit = packets.packets(ofUnit: progress.nextUnit).upperBound == packets.count
            if run.count < Self.unitsPerRun, !isLastUnit {
                progress.run = run
            } else {
                try prove(run, &progress, packets)
                progress.run = []
            }
            progress.nextUnit += 1
            return samples
        } catch {
            try progress.decoder.restore(state)
            if let proverState { try progress.prover?.decoder.restore(proverState) }
            throw error
        }
    }

    /// Finds from where the run that ends with the next unit can be decoded. `run` is what a decode from the start gives.
    private func prove(
        _ run: [Result<Block, AudioCodingError>], _ progress: inout Progress, _ packets: any OpusPackets
    ) throws {
        let firstUnit = progress.nextUnit + 1 - UInt64(run.count)
        let fresh = Prover(
            decoder: try OpusStreamDecoder(head: head), firstUnit: firstUnit.subtracting(Self.preRollUnitCount) ?? 0)
        counter.preRollSamples.add(
            try fresh.decoder.pass(
                packets.packets(ofUnit: fresh.firstUnit).lowerBound..<packets.packets(ofUnit: firstUnit).lowerBound,
                of: packets))
        for prover in [fresh, progress.prover].compactMap(\.self) {
            countPreRoll(run)
            if try prover.decodes(run, from: firstUnit, of: packets) {
                progress.prover = prover
                progress.preRollUnits.append(prover.firstUnit)
                return
            }
        }
        progress.prover = fresh
        progress.preRollUnits.append(0)
        if let state = progress.runState { keep(state, of: firstUnit, in: &progress) }
    }

    /// Counts the samples of `units` as decoded for what follows from them, not for whoever reads.
    private func countPreRoll(_ units: [Result<Block, AudioCodingError>]) {
        for case .success(let samples) in units {
            counter.preRollSamples.add(UInt64(samples.count / (head.channels * 2)))
        }
    }

    /// Keeps the decoder's state at `unit`; where there are too many, every second one goes, and others come half as often.
    private func keep(_ state: Block, of unit: UInt64, in progress: inout Progress) {
        if let last = progress.keptStates.last, unit - last.unit < progress.keptStateSpacing { return }
        if progress.keptStates.count == Self.keptStateLimit {
            progress.keptStates = progress.keptStates.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            progress.keptStateSpacing *= 2
        } else if progress.reservedStates == progress.keptStates.count {
            guard cache.reserve(state.count) else { return }
            progress.reservedStates += 1
        }
        progress.keptStates.append((state, unit))
    }

    /// A decoder that began later than the stream.
    private struct Prover {
        let decoder: OpusStreamDecoder
        let firstUnit: UInt64

        /// Whether decoding on gives what `run`, which begins with `unit`, has; a unit that cannot be decoded, neither way.
        func decodes(
            _ run: [Result<Block, AudioCodingError>], from unit: UInt64, of packets: any OpusPackets
        ) throws -> Bool {
            for (number, samples) in zip(unit..., run) {
                switch (samples, try decoder.samples(ofUnit: number, of: packets)) {
                case (.success(let left), .success(let right)):
                    guard left.bytes.elementsEqual(right.bytes) else { return false }
                case (.failure, .failure):
                    continue
                default:
                    return false
                }
            }
            return true
        }
    }

    /// @unchecked: used only under the frontier's lock; the decoders never leave it.
    private struct Progress: @unchecked Sendable {
        let decoder: OpusStreamDecoder
        /// The first unit that `decoder` has not decoded.
        var nextUnit: UInt64 = 0
        /// What `decoder` gave for the run that is not complete yet, and its state before.
        var run: [Result<Block, AudioCodingError>] = []
        var runState: Block?
        /// The prover of the last run.
        var prover: Prover?
        /// For each run, the unit from which a fresh decoder gives its samples; 0 is right for all.
        var preRollUnits: [UInt64] = []
        /// States of `decoder` before the unit given, in order.
        var keptStates: [(state: Block, unit: UInt64)] = []
        /// How many kept states the cache's budget has given up room for.
        var reservedStates = 0
        /// Units between kept states, at least.
        var keptStateSpacing: UInt64 = 0

        init(decoder: OpusStreamDecoder) {
            self.decoder = decoder
        }

        /// Where to begin for `unit`; with the stream where nothing nearer is proved.
        func start(of unit: UInt64) -> Start {
            let run = Int(clamping: unit / OpusFrontier.unitsPerRun)
            let preRollUnit = run < preRollUnits.count ? preRollUnits[run] : 0
            if let kept = keptStates.last(where: { $0.unit <= unit }), kept.unit > preRollUnit {
                return Start(state: kept.state, packet: kept.unit * OpusStream.packetsPerUnit)
            }
            return Start(state: nil, packet: preRollUnit * OpusStream.packetsPerUnit)
        }
    }
}
