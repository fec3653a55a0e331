import Support
import Synchronization
import Testing

@Suite("Parallel work")
struct ParallelTests {
    @Test("calls the body once for every number", arguments: [0, 1, 2, 16])
    func everyNumberOnce(threads: Int) {
        let calls = Mutex([Int](repeating: 0, count: 1_000))
        Parallel.forEach(count: 1_000, threads: threads) { index in calls.withLock { $0[index] += 1 } }
        #expect(calls.withLock { $0 } == [Int](repeating: 1, count: 1_000))
    }

    @Test("does nothing for nothing")
    func nothing() {
        Parallel.forEach(count: 0) { _ in Issue.record("called") }
    }
}
