import AudioCoding
import Foundation
import Support
import TestSupport
import Testing

@testable import Recordings

@Suite struct OpusFrontierTests {
    private let counter = DecodeCounter()

    private func frontier(
        of packets: TestOpusPackets, cache: BlockCache = BlockCache(budget: 16 << 20),
        derived: @escaping DerivedData.Opener = { nil }
    ) -> OpusFrontier {
        OpusFrontier(head: packets.head, cache: cache, derived: derived, counter: counter)
    }

    /// The samples of `unit` as `frontier` gives or places them, and those of the unit after it if they are decoded
    /// from the same start.
    private func units(
        _ unit: UInt64, by frontier: OpusFrontier, of packets: TestOpusPackets
    ) throws -> (samples: [[UInt8]], wasPassed: Bool) {
        switch try frontier.reach(unit, of: packets) {
        case .decoded(let samples): return ([try samples.get().copy], false)
        case .passed(let start, let coversNext):
            let end = min(unit + (coversNext ? 2 : 1), packets.unitCount)
            return (try packets.decode(unit..<end, from: start), true)
        }
    }

    @Test func `runs of Opus packets are whole decode units`() {
        #expect(OpusStream.packetsPerUnit == 16)
        #expect(OpusStream.unitsPerRun * OpusStream.packetsPerUnit == OpusRestartProver.packetsPerRun)
    }

    @Test(arguments: ["celt.opus", "silk.opus"])
    func `units of Opus in any order are those of a decode from the start`(name: String) throws {
        let packets = try TestOpusPackets(StreamFixture.named(name))
        let whole = try packets.decode(0..<packets.unitCount)
        let frontier = frontier(of: packets)
        var random = RepeatableRandom(seed: 7)
        var order = Array(0..<packets.unitCount).shuffled(using: &random)
        order += order
        for unit in order {
            let samples = try units(unit, by: frontier, of: packets).samples
            let isRight = samples == Array(whole[Int(unit)..<Int(unit) + samples.count])
            #expect(isRight, "unit \(unit)")
        }
    }

    @Test func `a unit behind the frontier is decoded from near by, even in a run that is not proved yet`() throws {
        let packets = try TestOpusPackets(StreamFixture.named("celt.opus"))
        let frontier = frontier(of: packets)
        _ = try frontier.reach(10, of: packets)
        for (unit, packet) in [(1, 0), (4, 16), (8, 64), (9, 144), (10, 144)] as [(UInt64, UInt64)] {
            guard case .passed(let start, _) = try frontier.reach(unit, of: packets) else {
                Issue.record("unit \(unit) was not passed")
                continue
            }
            #expect(start.packet == packet)
        }
    }

    @Test func `after Opus packets that could not be read, nothing is decoded twice or left out`() throws {
        let fixture = try StreamFixture.named("silk.opus")
        let sound = try TestOpusPackets(fixture)
        let whole = try sound.decode(0..<sound.unitCount)
        _ = try frontier(of: sound).reach(20, of: sound)
        let preRoll = counter.preRollSamples.value

        let packets = try TestOpusPackets(fixture, unreadableOnce: [0, 83, 112, 16 * 20 + 15])
        let frontier = frontier(of: packets)
        for _ in 0..<4 {
            #expect(throws: TestOpusPackets.ReadFailure.self) { try frontier.reach(20, of: packets) }
        }
        let (samples, wasPassed) = try units(20, by: frontier, of: packets)
        let isRight = samples == [whole[20]]
        #expect(isRight && !wasPassed)
        // Packets of unit 20 that were decoded before the last error count as samples of the unit, not as pre-roll.
        #expect(counter.preRollSamples.value == 2 * preRoll)
        for unit in 0..<packets.unitCount {
            let samples = try units(unit, by: frontier, of: packets).samples
            let isRight = samples == Array(whole[Int(unit)..<Int(unit) + samples.count])
            #expect(isRight, "unit \(unit)")
        }
    }

    @Test func `proofs of Opus restarts are kept and found again, but not in another layout`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let packets = try TestOpusPackets(StreamFixture.named("celt.opus"))
            let file = CatalogueFile(path: directory.appending(path: "catalogue.sqlite").path, log: KeptLines().log)
            let derived = DerivedData(file: file, path: "0", version: 1)
            _ = try frontier(of: packets, derived: { derived }).reach(packets.unitCount - 1, of: packets)
            let proofs = KeptOpusProofs(derived: { derived })
            #expect(proofs.start(of: 0) == OpusDecodeStart(state: nil, packet: 0))
            #expect(proofs.start(of: 47) == OpusDecodeStart(state: nil, packet: 0))
            #expect(proofs.start(of: 48) == OpusDecodeStart(state: nil, packet: 16))
            #expect(proofs.start(of: 599) == OpusDecodeStart(state: nil, packet: 544))
            #expect(proofs.start(of: packets.count) == nil)

            // An earlier layout: runs of three units of 16 packets, and for each run the unit to begin with.
            derived.keep(Array(OpusStreamDecoder.libraryVersion.utf8) + [0, 16, 3, 0, 1, 4], as: .opusRestarts)
            #expect(KeptOpusProofs(derived: { derived }).start(of: 48) == nil)
            derived.keep(Array("libopus 0.9".utf8) + [0, 2, 96, 48, 32], as: .opusRestarts)
            #expect(KeptOpusProofs(derived: { derived }).start(of: 48) == nil)
            derived.keep(Array(OpusStreamDecoder.libraryVersion.utf8) + [0, 2, 96, 48, 32], as: .opusRestarts)
            #expect(KeptOpusProofs(derived: { derived }).start(of: 48)?.packet == 16)
            // Pre-roll from before the stream; a restart beyond it; one that no unit begins with; numbers cut short.
            for rest in [[96, 48, 49], [48, 48, 32], [96, 47, 32], [96, 48], []] as [[UInt8]] {
                derived.keep(
                    Array(OpusStreamDecoder.libraryVersion.utf8) + [0, 2] + rest, as: .opusRestarts)
                #expect(KeptOpusProofs(derived: { derived }).start(of: 48) == nil)
            }
        }
    }
}

@Suite struct OpusDecoderStatesTests {
    @Test func `decoder states are spread evenly over a stream, and are never more than 32`() throws {
        let cache = BlockCache(budget: 16 << 20)
        let states = OpusDecoderStates(cache: cache)
        let block = Block(count: 27_000) { _ in }
        for run in 1...1_000 { states.keep(block, before: UInt64(run) * 48) }
        // After 32, 63, 125, 249, 497 and 993 runs or so, every second one is dropped.
        #expect(states.starts.map(\.packet) == stride(from: 48, through: 48_000, by: 48 * 32).map { UInt64($0) })
        #expect(states.last(atOrBefore: 47) == nil)
        #expect(states.last(atOrBefore: 48 * 33 - 1)?.packet == 48)
        #expect(states.last(atOrBefore: 48 * 33)?.packet == 48 * 33)
    }

    @Test func `decoder states take room out of the cache's budget, as far as there is any, and give it back`() throws {
        let cache = BlockCache(budget: 200_000)
        var states: OpusDecoderStates? = OpusDecoderStates(cache: cache)
        for run in 1...10 { states?.keep(Block(count: 27_000) { _ in }, before: UInt64(run) * 48) }
        #expect(states?.starts.map(\.packet) == [48, 96, 144])
        #expect(cache.statistics.reservedByteCount == 81_000)
        states = nil
        #expect(cache.statistics.reservedByteCount == 0)
    }
}
