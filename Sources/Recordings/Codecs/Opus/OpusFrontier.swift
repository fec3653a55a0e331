import AudioCoding
import Support
import Synchronization

/// How far a stream without stored restarts has been decoded from its start, and where decodes of what lies behind can begin.
///
/// The stream goes through an `OpusRestartProver`, once and as far as reads need it. If it finds no restart nearer than
/// the stream's start, decoder states are kept in memory, a bounded number of them.
final class OpusFrontier: Sendable {
    /// What `reach` found.
    enum Reach {
        /// The frontier was at the unit, and has passed it just now: its samples.
        case decoded(Result<Block, AudioCodingError>)
        /// The frontier was past the unit: where a decode of it begins, and whether one of the unit after it begins there too.
        case passed(OpusDecodeStart, coversNext: Bool)
    }

    private let head: OpusHead
    private let cache: BlockCache
    private let counter: DecodeCounter
    private let proofs: KeptOpusProofs
    private let progress = Mutex<Progress?>(nil)
    /// Held by the thread that takes the frontier further, which may take long.
    private let turnstile = Turnstile()

    init(head: OpusHead, cache: BlockCache, derived: @escaping DerivedData.Opener, counter: DecodeCounter) {
        self.head = head
        self.cache = cache
        self.counter = counter
        proofs = KeptOpusProofs(derived: derived)
    }

    deinit {
        progress.withLock { progress in
            if let progress { proofs.keep(progress.prover) }
        }
    }

    /// Takes the frontier past `unit` if it is not there yet. Other threads that need the frontier wait meanwhile.
    ///
    /// If packets cannot be read, this throws, and the next call goes on with the first packet that was not read.
    func reach(_ unit: UInt64, of packets: any OpusPackets) throws -> Reach {
        let packet = packets.packets(ofUnit: unit).lowerBound
        let nextPacket = packets.packets(ofUnit: unit + 1).lowerBound
        if let start = proofs.start(of: packet) {
            return .passed(start, coversNext: proofs.start(of: nextPacket) == start)
        }
        let reach = try turnstile.pass { try advance(to: unit, packet: packet, nextPacket: nextPacket, of: packets) }
        guard let reach else { throw Cancelled() }
        return reach
    }

    /// The same for a unit whose first packet is `packet`, and which `nextPacket` follows, on one thread at a time.
    private func advance(
        to unit: UInt64, packet: UInt64, nextPacket: UInt64, of packets: any OpusPackets
    ) throws -> Reach {
        try progress.withLock { progress in
            let current = try progress ?? Progress(head: head, cache: cache)
            progress = current
            defer { if proofs.isWorthKeeping(current.prover.provedPacketCount) { proofs.keep(current.prover) } }
            while current.nextUnit < unit {
                try Cancellation.check()
                try current.advance(through: packets)
                counter.preRollSamples.add(current.takeDecodedSampleCount())
            }
            guard current.nextUnit == unit else {
                let start = current.start(of: packet)
                return .passed(start, coversNext: current.start(of: nextPacket) == start)
            }
            let samples = try packets.samples(ofUnit: unit)
            try current.advance(through: packets)
            let decoded = current.lastUnit(sampleCount: samples.upperBound - samples.lowerBound)
            // The unit's own samples are counted by its reader.
            let servedSampleCount = (try? decoded.get()).map { UInt64($0.count / current.sampleByteCount) } ?? 0
            counter.preRollSamples.add(current.takeDecodedSampleCount().subtracting(servedSampleCount) ?? 0)
            return .decoded(decoded)
        }
    }

    /// Used under the frontier's lock only.
    private final class Progress {
        let prover: OpusRestartProver
        let sampleByteCount: Int
        /// The first unit that has not been decoded to its end.
        private(set) var nextUnit: UInt64 = 0

        /// The samples of the unit begun last, and why it has none if a packet of it gave none.
        private var samples: [UInt8] = []
        private var failure: AudioCodingError?
        /// The state with which the run of packets that was begun last begins.
        private var runStart = OpusDecodeStart(state: nil, packet: 0)
        private let states: OpusDecoderStates
        private var countedSampleCount: UInt64 = 0

        init(head: OpusHead, cache: BlockCache) throws(AudioCodingError) {
            prover = try OpusRestartProver(head: head)
            sampleByteCount = head.channels * 2
            states = OpusDecoderStates(cache: cache)
        }

        /// Decodes the packets of the next unit, or those that are left if some of them could not be read before.
        func advance(through packets: any OpusPackets) throws {
            let range = packets.packets(ofUnit: nextUnit)
            if prover.packetCount == range.lowerBound { beginUnit() }
            try packets.forEachPacket(in: prover.packetCount..<range.upperBound) { packet in
                try prover.append(packet)
                switch prover.samples {
                case .success(let decoded): samples += decoded
                case .failure(let error): failure = failure ?? error
                }
            }
            if range.upperBound == packets.count { prover.finish() }
            if prover.provedPacketCount == prover.packetCount { endRun() }
            nextUnit += 1
        }

        private func beginUnit() {
            samples.removeAll(keepingCapacity: true)
            failure = nil
            // Runs of packets are whole units.
            if prover.packetCount == prover.provedPacketCount {
                runStart = OpusDecodeStart(state: prover.snapshot(), packet: prover.packetCount)
            }
        }

        private func endRun() {
            guard prover.restarts.last?.preRollPacket == 0, runStart.packet > 0, let state = runStart.state else {
                return
            }
            states.keep(state, before: runStart.packet)
        }

        /// The samples of the unit decoded last, which the stream's index says are `sampleCount` of each channel; a failure if
        /// a packet of it is lost or cannot be decoded.
        func lastUnit(sampleCount: UInt64) -> Result<Block, AudioCodingError> {
            if let failure { return .failure(failure) }
            guard UInt64(samples.count / sampleByteCount) == sampleCount else {
                return .failure(AudioCodingError(.opus, "packets are lost"))
            }
            return .success(Block(samples))
        }

        /// How many samples all decoders together have decoded since this was last asked.
        func takeDecodedSampleCount() -> UInt64 {
            defer { countedSampleCount = prover.decodedSampleCount }
            return prover.decodedSampleCount - countedSampleCount
        }

        /// Where a decode of `packet` begins; with the stream if nothing nearer is known.
        func start(of packet: UInt64) -> OpusDecodeStart {
            let restart =
                packet < prover.provedPacketCount
                ? OpusRestarts(provedBy: prover).last(atOrBefore: packet) : OpusRestart.streamStart
            let state = runStart.packet <= packet ? runStart : states.last(atOrBefore: packet)
            if let state, state.packet > restart.preRollPacket { return state }
            return OpusDecodeStart(state: nil, packet: restart.preRollPacket)
        }
    }
}
