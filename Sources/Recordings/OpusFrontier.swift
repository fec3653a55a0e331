import AudioCoding
import Support
import Synchronization

/// How far a stream without stored proofs has been decoded from its start, and the restarts proved on the way.
///
/// Beside the decoder that runs from the start, a second one that began later (the prover) decodes the same packets. Once
/// both hold the same state, byte for byte, they decode everything that follows alike: a restart is proved. A stream on which
/// they never meet gets the first decoder's states kept instead, a bounded number of them.
final class OpusFrontier: Sendable {
    /// Units that a prover decodes before it is compared: the pre-roll of the restarts it proves.
    private static let preRollUnits: UInt64 = 2
    /// Units after which a prover is given up.
    private static let patience: UInt64 = 16
    /// States that are kept of one stream.
    private static let keptStateLimit = 32

    /// Where a decode of a unit can begin.
    struct Start {
        /// The decoder's state; nil for a fresh one's.
        let state: Block?
        /// The first packet to decode.
        let packet: UInt64
    }

    /// What reaching for a unit gives.
    enum Reach {
        /// The unit is where the frontier was: its samples.
        case decoded(Result<Block, AudioCodingError>)
        /// The frontier has passed the unit: where to begin.
        case passed(Start)
    }

    private let head: OpusHead
    private let cache: BlockCache
    private let progress = Mutex<Progress?>(nil)

    init(head: OpusHead, cache: BlockCache) {
        self.head = head
        self.cache = cache
    }

    /// Takes the frontier past `unit`, if it is not there yet. Others who need it to move wait meanwhile.
    func reach(_ unit: UInt64, of packets: any OpusPackets) throws -> Reach {
        try progress.withLock { progress in
            var current = try progress ?? Progress(decoder: OpusStreamDecoder(head: head))
            defer { progress = current }
            guard unit >= current.nextUnit else { return .passed(current.start(of: unit)) }
            while current.nextUnit < unit { _ = try advance(&current, packets) }
            return .decoded(try advance(&current, packets))
        }
    }

    /// Decodes the next unit and sees whether the prover has met the decoder.
    private func advance(
        _ progress: inout Progress, _ packets: any OpusPackets
    ) throws -> Result<Block, AudioCodingError> {
        let prover = try progress.prover ?? Prover(decoder: OpusStreamDecoder(head: head), firstUnit: progress.nextUnit)
        progress.prover = prover
        let before = (progress.decoder.snapshot(), prover.decoder.snapshot())
        let samples: Result<Block, AudioCodingError>
        do {
            samples = try progress.decoder.samples(ofUnit: progress.nextUnit, of: packets)
            try prover.decoder.pass(packets.packets(ofUnit: progress.nextUnit), of: packets)
        } catch {
            try progress.decoder.restore(before.0)
            try prover.decoder.restore(before.1)
            throw error
        }
        progress.nextUnit += 1

        let provedUnits = progress.nextUnit - prover.firstUnit
        if provedUnits >= Self.preRollUnits {
            let state = progress.decoder.snapshot()
            if prover.decoder.hasSameState(as: state) {
                progress.restarts.append(
                    OpusRestarts.Restart(
                        firstPacket: progress.nextUnit * OpusStream.packetsPerUnit,
                        preRollPacket: prover.firstUnit * OpusStream.packetsPerUnit))
                progress.prover = nil
            } else if provedUnits >= Self.patience {
                keep(state, in: &progress)
                progress.prover = nil
            }
        }
        return samples
    }

    /// Keeps the state at the frontier; where there are too many, every second one goes, and further ones come half as often.
    private func keep(_ state: Block, in progress: inout Progress) {
        let packet = progress.nextUnit * OpusStream.packetsPerUnit
        if let last = progress.keptStates.last, packet - last.packet < progress.keptStateSpacing { return }
        if progress.keptStates.count >= Self.keptStateLimit {
            progress.keptStates = progress.keptStates.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            progress.keptStateSpacing *= 2
        } else if !cache.reserve(state.count) {
            return
        }
        progress.keptStates.append((state, packet))
    }

    private struct Prover {
        let decoder: OpusStreamDecoder
        let firstUnit: UInt64
    }

    /// @unchecked: used only under the frontier's lock; the decoders never leave it.
    private struct Progress: @unchecked Sendable {
        let decoder: OpusStreamDecoder
        /// The first unit that `decoder` has not decoded.
        var nextUnit: UInt64 = 0
        var prover: Prover?
        var restarts = OpusRestarts()
        /// States of `decoder` before the packet given, in order.
        var keptStates: [(state: Block, packet: UInt64)] = []
        /// Packets between kept states, at least.
        var keptStateSpacing: UInt64 = 0

        init(decoder: OpusStreamDecoder) {
            self.decoder = decoder
            keptStateSpacing = OpusFrontier.patience * OpusStream.packetsPerUnit
        }

        func start(of unit: UInt64) -> Start {
            let packet = unit * OpusStream.packetsPerUnit
            let restart = restarts.last(atOrBefore: packet)
            if let kept = keptStates.last(where: { $0.packet <= packet }), kept.packet > restart.firstPacket {
                return Start(state: kept.state, packet: kept.packet)
            }
            return Start(state: nil, packet: restart.preRollPacket)
        }
    }
}
