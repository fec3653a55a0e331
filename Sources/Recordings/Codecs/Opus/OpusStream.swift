import AudioCoding
import Support
import Zarr

/// An Opus stream, cut into decode units of a fixed number of packets. Each decodes to what a decode from the stream's start
/// gives.
///
/// What a packet decodes to may depend on any packet before it, so no amount of pre-roll is right in general. A unit is decoded
/// from a place that is known to be right: a restart of the store's `opus_sync`, one that `OpusFrontier` has proved, or the
/// state in which the decode of the unit before has ended.
final class OpusStream: DecodeUnits {
    /// Decode units of a run of packets, which share a restart.
    static let unitsPerRun: UInt64 = 3
    /// Packets of one unit.
    static let packetsPerUnit = OpusRestartProver.packetsPerRun / unitsPerRun
    /// Packets before a unit, back to its restart, that are decoded as units of their own rather than as pre-roll, at most.
    private static let sharedPacketLimit: UInt64 = 64

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
    private let frontier: OpusFrontier
    private let decoders: DecoderPool<OpusHead, OpusStreamDecoder>
    /// The state of a fresh decoder.
    private let initialState = SingleFlight<Block>()
    private let cache: BlockCache
    private let counter: DecodeCounter
    /// Owns the states in which decodes of units have ended, each under the number of the next unit.
    private let stateOwner: BlockOwner

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
    }

    func unit(containing sample: UInt64) throws(RecordingError) -> DecodeUnit {
        do {
            let packets = try source.get(make: openSource).packets
            // No search is needed if all packets have one length, as in nearly all streams.
            let unitCount = packets.count.dividedRoundingUp(by: Self.packetsPerUnit) ?? 0
            let unitLength = try packets.samples(ofUnit: 0).upperBound
            if unitLength > 0, sample / unitLength < unitCount {
                let number = sample / unitLength
                let samples = try packets.samples(ofUnit: number)
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
            let samples = try packets.samples(ofUnit: low)
            guard samples.contains(sample) else {
                throw AudioCodingError(.opus, "the stream's packets end before its length")
            }
            return DecodeUnit(number: low, samples: samples)
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: path, cause: error)
        }
    }

    /// The unit before, if `unit` is decoded through it from a restart of the store that is not far back, and the state in which
    /// it ends is not kept.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit? {
        do {
            let source = try source.get(make: openSource)
            guard let restarts = source.restarts, unit.number > 0 else { return nil }
            let before = source.packets.packets(ofUnit: unit.number - 1)
            let restart = restarts.last(atOrBefore: before.upperBound)
            guard restart.firstPacket <= before.lowerBound,
                before.upperBound - restart.firstPacket <= Self.sharedPacketLimit,
                !cache.keeps(BlockKey(owner: stateOwner, number: unit.number))
            else { return nil }
            return DecodeUnit(number: unit.number - 1, samples: try source.packets.samples(ofUnit: unit.number - 1))
        } catch {
            throw RecordingError("its Opus stream cannot be read", recording: path, cause: error)
        }
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
                return try decode(unit, of: packets, from: start, keepingState: coversNext)
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

    /// Decodes `unit` from the state in which the unit before ended, if that is kept, else from `start`.
    ///
    /// The state at its end is kept only if the next unit is decoded from the same start. Else what the next unit decodes to
    /// would depend on what was read before, if its restart in the store is false.
    private func decode(
        _ unit: DecodeUnit, of packets: any OpusPackets, from start: OpusDecodeStart, keepingState: Bool
    ) throws -> Block {
        let range = packets.packets(ofUnit: unit.number)
        return try decoders.withDecoder(for: head) {
            try OpusStreamDecoder(head: head)
        } _: { decoder in
            // The state is taken out of the cache, which keeps the unit's samples from now on.
            if let state = cache.takeBlock(BlockKey(owner: stateOwner, number: unit.number)) {
                try decoder.restore(state)
            } else {
                let state = try start.state ?? initialState.get { try OpusStreamDecoder(head: head).snapshot() }
                try decoder.restore(state)
                counter.preRollSamples.add(try decoder.pass(start.packet..<range.lowerBound, of: packets))
            }
            let samples = try decoder.samples(ofUnit: unit.number, of: packets).get()
            if keepingState {
                cache.insert(decoder.snapshot(), for: BlockKey(owner: stateOwner, number: unit.number + 1))
            }
            return samples
        }
    }
}
