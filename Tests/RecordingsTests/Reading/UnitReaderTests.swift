import Support
import Synchronization
import TestSupport
import Testing

@testable import Recordings

@Suite(.timeLimit(.minutes(1)))
struct UnitReaderTests {
    /// Units of one sample of one byte, the first of which takes until the second is decoded.
    private final class Units: DecodeUnits {
        let firstHasBegun = Semaphore()
        let firstCameAfterSecond = Atomic<Bool>(false)
        private let secondIsDecoded = Atomic<Bool>(false)

        func unit(containing sample: UInt64) -> DecodeUnit { DecodeUnit(number: sample, samples: sample..<sample + 1) }

        func decode(_ unit: DecodeUnit) -> Block {
            if unit.number == 0 {
                firstHasBegun.signal()
                let isSecondDecoded = eventually { secondIsDecoded.load(ordering: .acquiring) }
                firstCameAfterSecond.store(isSecondDecoded, ordering: .releasing)
            } else {
                secondIsDecoded.store(true, ordering: .releasing)
            }
            return Block(count: 1) { $0[0] = UInt8(unit.number) }
        }
    }

    @Test func `a reader decodes units that no thread is decoding before it waits for those that another is`() throws {
        let cache = BlockCache(budget: 1 << 20)
        let units = Units()
        let reader = UnitReader(
            path: "0", units: units, skippedSamples: 0, blockAlign: 1, cache: cache,
            owner: cache.makeOwner(of: .samples), requestsAtOnce: nil, counter: DecodeCounter())
        let other = try WorkerThread(name: "other") { _ = try? reader.read(bytes: 0..<1) }
        units.firstHasBegun.wait()
        #expect(try reader.read(bytes: 0..<2).flatMap { Array($0.bytes) } == [0, 1])
        other.join()
        let cameAfter = units.firstCameAfterSecond.load(ordering: .acquiring)
        #expect(cameAfter)
    }
}

/// Units of one sample of one byte, which note the runs that they are decoded in.
private final class RunUnits: DecodeUnits {
    let runs = Mutex<[[UInt64]]>([])
    /// The unit that each unit but the first of these is decoded after.
    let chain: Range<UInt64>

    init(chain: Range<UInt64> = 0..<0) {
        self.chain = chain
    }

    func unit(containing sample: UInt64) -> DecodeUnit { DecodeUnit(number: sample, samples: sample..<sample + 1) }

    func predecessor(of unit: DecodeUnit) -> DecodeUnit? {
        chain.dropFirst().contains(unit.number) ? self.unit(containing: unit.number - 1) : nil
    }

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        runs.withLock { $0.append(run.map(\.number)) }
        return self
    }

    func decode(_ unit: DecodeUnit) -> Block { Block(count: 1) { $0[0] = UInt8(unit.number) } }
}

struct UnitRunTests {
    private func reader(_ units: RunUnits, budget: Int = 1 << 20) -> UnitReader<RunUnits> {
        let cache = BlockCache(budget: budget)
        return UnitReader(
            path: "0", units: units, skippedSamples: 0, blockAlign: 1, cache: cache,
            owner: cache.makeOwner(of: .samples), requestsAtOnce: nil, counter: DecodeCounter())
    }

    @Test func `a read decodes what is not kept in as few runs as there are gaps`() throws {
        let units = RunUnits()
        let reader = reader(units)
        for range in [3..<4, 6..<8, 0..<10, 0..<10] as [Range<UInt64>] {
            #expect(try reader.read(bytes: range).flatMap { Array($0.bytes) } == range.map { UInt8($0) })
        }
        #expect(units.runs.withLock { $0 } == [[3], [6, 7], [0, 1, 2], [4, 5], [8, 9]])
    }

    @Test func `a run begins with the units that its first is decoded after`() throws {
        let units = RunUnits(chain: 2..<9)
        let reader = reader(units)
        #expect(try reader.read(bytes: 5..<7).flatMap { Array($0.bytes) } == [5, 6])
        #expect(try reader.read(bytes: 8..<9).flatMap { Array($0.bytes) } == [8])
        #expect(units.runs.withLock { $0 } == [[2, 3, 4, 5, 6], [7, 8]])
    }
}
