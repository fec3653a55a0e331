import Support
import Synchronization
import Testing

struct ParallelTests {
    @Test(arguments: [0, 1, 2, 16])
    func `parallel work calls its body once for every number`(threads: Int) {
        let calls = Mutex([Int](repeating: 0, count: 1_000))
        Parallel.forEach(count: 1_000, threads: threads) { index in calls.withLock { $0[index] += 1 } }
        #expect(calls.withLock { $0 } == [Int](repeating: 1, count: 1_000))
    }

    @Test func `parallel work on nothing calls nothing`() {
        Parallel.forEach(count: 0) { _ in Issue.record("called") }
    }
}
