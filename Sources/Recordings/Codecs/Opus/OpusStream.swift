import AudioCoding
import Support
import Synchronization
import Zarr

/// An Opus stream, cut into decode units of a fixed number of packets. Each decodes to what a decode from the stream's start
/// gives.
///
/// What a packet decodes to may depend on any packet before it, so no amount of pre-roll is right in general. A unit is decoded
/// from a place that is known to be right: a restart of the store's `opus_sync`, one that `OpusFrontier` has proved, or the
/// state in which the decode of the unit before has ended.
///
/// In a stretch, that state is right from unit to unit up to the stretch's end: read from front to back, it needs pre-roll once. Who reads
/// in the middle of it begins with the restart of the run there, which is nearer.
final class OpusStream: DecodeUnits {
    /// Decode units of a run of packets, which share a restart.
    static let unitsPerRun: UInt64 = 3
    /// Packets of one unit.
    static let packetsPerUnit = OpusRestartProver.packetsPerRun / unitsPerRun
    /// Packets before a unit, back to its restart, that are decoded as units of their own rather than as pre-roll, at most.
    private static let sharedPacketLimit: UInt64 = 64

    /// Units that are decoded from a state that is kept before them rather than with pre-roll, at most.
    private static let unitsFromState: UInt64 = 4

    /// What the stream is decoded from.
    struct Source: Sendable {
        let packets: any OpusPackets
        /// The store's own restarts; nil if it has none.
        let restarts: OpusRestarts?
    }

    private let head: OpusHead
    private let path: String
    private let openSource: @Sendable () throws -> Source
    private let source = SingleFlight<Source>()
    private let recentUnits = RecentUnits()
    private let frontier: OpusFrontier
    private let decoders: DecoderPool<OpusHead, OpusStreamDecoder>
    /// The state of a fresh decoder.
    private let initialState = SingleFlight<Block>()
    private let cache: BlockCache
    private let counter: DecodeCounter
    /// Owns the states in which decodes of units have ended, each under the number of the next unit, which has the same restart.
    private let stateOwner: BlockOwner
    /// Owns those that are right up to the end of the stretch.
    private let stretchStateOwner: BlockOwner
    /// The units through which threads are decoding a stretch, one after the other, each with the number of its run.
    private let runs = Mutex<(units: [UInt64: ClosedRange<UInt64>], count: UInt64)>(([:], 0))

    /// A stream whose packets `openSource` finds when they are first needed. `counter` counts its pre-roll.
    init(
        head: OpusHead, path: String, cache: BlockCache, derived: @escaping DerivedData.Opener = { nil },
        decoders: DecoderPool<OpusHead, OpusStreamDecoder>, counter: DecodeCounter,
        openSource: @escaping @Sendable () throws -> Source
    ) {
        self.decoders = decoders
        self.head = head
        self.path = path
        self.cache = cache
        self.counter = counter
        self.openSource = openSource
        frontier = OpusFrontier(head: head, cache: cache, derived: derived, counter: counter)
        stateOwner = cache.makeOwner(of: .states)
        stretchStateOwner = cache.makeOwner(of: .states)
    }

    func unit(containing sample: UInt64) throws(RecordingError) -> DecodeUnit {
        do {
            let packets = try source.get(make: openSource).packets
            // No search is needed if all packets have one length, as in nearly all streams.
            let unitCount = packets.count.dividedRoundingUp(by: Self.packetsPerUnit) ?? 0
            let unitLength = try recentUnits.samples(ofUnit: 0, of: packets).upperBound
            if unitLength > 0, sample / unitLength < unitCount {
                let number = sample / unitLength
                let samples = try recentUnits.samples(ofUnit: number, of: packets)
                if samples.contains(sample) { return DecodeUnit(number: number, samples: samples) }
            }
            var low: UInt64 = 0
            var high = unitCount
            while low + 1 < high {
                let middle = low + (high - low) / 2
                if try packets.sampleCount(beforeUnit: middle) <= sample {
                    low = middle
                } else {
                    high = middle
                }
            }
            let samples = try recentUnits.samples(ofUnit: low, of: packets)
            guard samples.contains(sample) else {
                throw AudioCodingError(.opus, "the stream's packets end before its length")
            }
            return DecodeUnit(number: low, samples: samples)
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: path, cause: error)
        }
    }

    /// The unit before, if the state in which it ends is not kept, and `unit` is decoded through it: from a restart of the store that is not
    /// far back, or since a thread that decodes a stretch will soon be there.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit? {
        do {
            let source = try source.get(make: openSource)
            guard let restarts = source.restarts, unit.number > 0, !keepsState(before: unit.number),
                isNear(unit.number, restarts, source.packets) || isOnItsWay(unit.number, restarts, source.packets)
            else { return nil }
            let number = unit.number - 1
            return DecodeUnit(
                number: number, samples: try recentUnits.samples(ofUnit: number, of: source.packets))
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: path, cause: error)
        }
    }

    /// Whether a thread is decoding its way through a stretch up to `unit`, or has ended not far before it.
    ///
    /// The kernel asks for much at once. A request that did not wait would take pre-roll of its own, and the state would be missing where
    /// the thread gets to what that request has decoded.
    private func isOnItsWay(_ unit: UInt64, _ restarts: OpusRestarts, _ packets: any OpusPackets) -> Bool {
        let before = packets.packets(ofUnit: unit - 1)
        guard let stretch = restarts.stretch(containing: before.lowerBound), before.upperBound < stretch.upperBound
        else {
            return false
        }
        if runs.withLock({ $0.units.values.contains { $0.lowerBound < unit && unit - 1 <= $0.upperBound } }) {
            return true
        }
        let first = max(unit.subtracting(Self.unitsFromState) ?? 0, stretch.lowerBound / Self.packetsPerUnit + 1)
        return first < unit
            && (first..<unit).contains { cache.keeps(BlockKey(owner: stretchStateOwner, number: $0)) }
    }

    /// Records that a thread begins to decode `units`, one after the other, and returns what `endRun` needs; nil if its decoder is not right up
    /// to the end of a stretch: who waited for it would gain nothing.
    func beginRun(_ units: ClosedRange<UInt64>) -> UInt64? {
        guard let source = try? source.get(make: openSource), let restarts = source.restarts else { return nil }
        let first = source.packets.packets(ofUnit: units.lowerBound).lowerBound
        guard let stretch = restarts.stretch(containing: first),
            restarts.last(atOrBefore: first).firstPacket == stretch.lowerBound
                || cache.keeps(BlockKey(owner: stretchStateOwner, number: units.lowerBound))
        else { return nil }
        return runs.withLock { state in
            state.count += 1
            state.units[state.count] = units
            return state.count
        }
    }

    /// Records that the run for which `beginRun` returned `run` has ended, however far it has come.
    func endRun(_ run: UInt64) {
        runs.withLock { $0.units[run] = nil }
    }

    /// Whether the restart of `unit` is that of the unit before, too, and not far back.
    private func isNear(_ unit: UInt64, _ restarts: OpusRestarts, _ packets: any OpusPackets) -> Bool {
        let before = packets.packets(ofUnit: unit - 1)
        let restart = restarts.last(atOrBefore: before.upperBound)
        return restart.firstPacket <= before.lowerBound
            && before.upperBound - restart.firstPacket <= Self.sharedPacketLimit
    }

    private func keepsState(before unit: UInt64) -> Bool {
        [stateOwner, stretchStateOwner].contains { cache.keeps(BlockKey(owner: $0, number: unit)) }
    }

    func stretch(containing sample: UInt64) -> Range<UInt64>? {
        guard let source = try? source.get(make: openSource), let restarts = source.restarts,
            let unit = try? unit(containing: sample),
            let stretch = restarts.stretch(containing: source.packets.packets(ofUnit: unit.number).lowerBound),
            let start = try? source.packets.sampleCount(beforeUnit: stretch.lowerBound / Self.packetsPerUnit),
            let lastUnit = stretch.upperBound.dividedRoundingUp(by: Self.packetsPerUnit),
            let end = try? source.packets.sampleCount(beforeUnit: lastUnit), start <= sample, sample < end
        else { return nil }
        return start..<end
    }

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        guard let source = try? source.get(make: openSource) else { return self }
        return OpusRun(run, of: self, source)
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        try decode(unit, of: nil)
    }

    /// Decodes `unit` from `packets`, which are the stream's; nil stands for those of the source.
    func decode(_ unit: DecodeUnit, of packets: (any OpusPackets)?) throws(RecordingError) -> Block {
        do {
            let source = try source.get(make: openSource)
            let packets = packets ?? source.packets
            if let restarts = source.restarts {
                let range = packets.packets(ofUnit: unit.number)
                let restart = restarts.last(atOrBefore: range.lowerBound)
                let start = OpusDecodeStart(state: nil, packet: restart.preRollPacket)
                let coversNext = restart == restarts.last(atOrBefore: range.upperBound)
                let stretch = restarts.stretch(containing: range.lowerBound)
                return try decode(
                    unit, of: packets, from: start, keepingState: coversNext,
                    stretch.map { ($0, isStart: $0.lowerBound == restart.firstPacket) })
            }
            switch try frontier.reach(unit.number, of: packets) {
            case .decoded(let samples): return try samples.get()
            case .passed(let start, let coversNext):
                return try decode(unit, of: packets, from: start, keepingState: coversNext)
            }
        } catch {
            throw RecordingError("packets cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// Decodes `unit` from the state in which the unit before ended, if that is kept, else from `start`. `stretch` is the one that it is
    /// in, and whether `start` is that stretch's restart.
    ///
    /// The state at its end is kept only if the next unit is decoded from the same start, or is in the same stretch. Else what the next
    /// unit decodes to would depend on what was read before, if its restart in the store is false.
    private func decode(
        _ unit: DecodeUnit, of packets: any OpusPackets, from start: OpusDecodeStart, keepingState: Bool,
        _ stretch: (packets: Range<UInt64>, isStart: Bool)? = nil
    ) throws -> Block {
        let range = packets.packets(ofUnit: unit.number)
        let next = unit.number + 1
        return try decoders.withDecoder(for: head) {
            try OpusStreamDecoder(head: head)
        } _: { decoder in
            // A state is taken out of the cache, which keeps the unit's samples from now on.
            var kept = stretch.flatMap { _ in cache.takeBlock(BlockKey(owner: stretchStateOwner, number: unit.number)) }
            var staysRight = kept != nil
            if kept == nil { kept = cache.takeBlock(BlockKey(owner: stateOwner, number: unit.number)) }
            if let kept {
                try decoder.restore(kept)
            } else {
                let state = try start.state ?? initialState.get { try OpusStreamDecoder(head: head).snapshot() }
                try decoder.restore(state)
                let passed = try decoder.pass(start.packet..<range.lowerBound, of: packets)
                counter.preRollSamples.add(passed.sampleCount)
                // What was proved is what a decoder gives that has got all packets.
                staysRight = passed.isComplete && stretch?.isStart ?? false
            }
            let goesOn = staysRight && range.upperBound < stretch?.packets.upperBound ?? 0
            let samples = try decoder.samples(ofUnit: unit.number, of: packets).get()
            if goesOn || keepingState && !staysRight {
                let owner = goesOn ? stretchStateOwner : stateOwner
                cache.insert(decoder.snapshot(), for: BlockKey(owner: owner, number: next))
            }
            return samples
        }
    }
}
