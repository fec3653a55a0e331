import Support
import Synchronization
import TestSupport
import Testing

@testable import Recordings

@Suite("A reader of decode units", .timeLimit(.minutes(1)))
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

    @Test("decodes what nobody decodes before it waits for what another does")
    func order() throws {
        let cache = BlockCache(budget: 1 << 20)
        let units = Units()
        let reader = UnitReader(
            path: "0", units: units, skippedSamples: 0, blockAlign: 1, cache: cache,
            owner: cache.makeOwner(of: .samples),
            counter: DecodeCounter())
        let other = try WorkerThread(name: "other") { _ = try? reader.read(bytes: 0..<1) }
        units.firstHasBegun.wait()
        #expect(try reader.read(bytes: 0..<2).flatMap { Array($0.bytes) } == [0, 1])
        other.join()
        let cameAfter = units.firstCameAfterSecond.load(ordering: .acquiring)
        #expect(cameAfter)
    }
}
