import Synchronization
import Testing

@testable import Support

struct OrderedBatchesTests {
    /// Lets `threads` threads make `count` numbers, and returns the batches of them.
    private func batches(of count: Int, lead: Int, threads: Int) throws -> [[Int]] {
        let batches = OrderedBatches<Int>(lead: lead)
        let making = try WorkerThread(name: "test") {
            Parallel.forEach(count: count, threads: threads) { number in
                batches.prepare(number)
                batches.finish(number, number)
            }
        }
        var carried: [[Int]] = []
        batches.forEach(count: count) { carried.append($0) }
        making.join()
        return carried
    }

    @Test(arguments: [1, 2, 8])
    func `what threads make is carried out in the order of its numbers, and not more than the lead at a time`(
        threads: Int
    ) throws {
        let carried = try batches(of: 200, lead: 3, threads: threads)
        #expect(carried.flatMap(\.self) == Array(0..<200))
        #expect(carried.allSatisfy { (1...3).contains($0.count) })
    }

    @Test func `what is ready before the one ahead of it is carried out with it, and the rest in a later batch`() {
        let batches = OrderedBatches<Int>(lead: 4)
        for number in [2, 1, 0] { batches.finish(number, number) }
        var carried: [[Int]] = []
        batches.forEach(count: 4) { batch in
            carried.append(batch)
            if carried.count == 1 { batches.finish(3, 3) }
        }
        #expect(carried == [[0, 1, 2], [3]])
    }

    @Test func `what is ready waits for more, but not if it is all, or half of the lead`() throws {
        // Longer than any test waits.
        let batches = OrderedBatches<Int>(lead: 4, interval: .seconds(100_000))
        batches.finish(0, 0)
        var carried: [[Int]] = []
        batches.forEach(count: 4) { batch in
            carried.append(batch)
            if carried.count == 1 { for number in [1, 2] { batches.finish(number, number) } }
            if carried.count == 2 { batches.finish(3, 3) }
        }
        #expect(carried == [[0], [1, 2], [3]])
    }

    @Test func `nothing is made that is a lead ahead of what was carried out`() throws {
        let batches = OrderedBatches<Int>(lead: 2)
        let begun = Mutex<[Int]>([])
        let making = try WorkerThread(name: "test") {
            for number in 0..<3 {
                batches.prepare(number)
                begun.withLock { $0.append(number) }
                batches.finish(number, number)
            }
        }
        var begunMeanwhile: [Int] = []
        batches.forEach(count: 3) { batch in
            if batch.contains(0) { begunMeanwhile = begun.withLock { $0 } }
        }
        making.join()
        #expect(begunMeanwhile.count <= 2)
        #expect(begun.withLock { $0 } == [0, 1, 2])
    }
}
