import Glibc
import Support
import Synchronization
import Testing

@testable import Importing

/// The order in which recordings are begun.
struct StagingOrderTests {
    @Test func `turns come in the order of their numbers, and skipped ones are not waited for`() {
        let order = StagingOrder(atOnce: 4)
        let done = Mutex<[Int]>([])
        let numbers = [5, 3, 0, 4, 1]
        order.skip(2)
        Parallel.forEach(count: numbers.count, threads: numbers.count) { index in
            order.inTurn(numbers[index]) { done.withLock { $0.append(numbers[index]) } }
            order.skip(numbers[index])
        }
        #expect(done.withLock { $0 } == [0, 1, 3, 4, 5])
        // A second turn of a number does not wait.
        #expect(order.inTurn(3) { 1 } == 1)
    }

    @Test func `no more recordings are written at once than may be, and each has its turn`() {
        let order = StagingOrder(atOnce: 3)
        let state = Mutex((now: 0, most: 0, done: 0))
        Parallel.forEach(count: 60, threads: 12) { _ in
            order.whileWriting {
                state.withLock { state in
                    state.now += 1
                    state.most = max(state.most, state.now)
                }
                usleep(500)
                state.withLock { state in
                    state.now -= 1
                    state.done += 1
                }
            }
        }
        let (now, most, done) = state.withLock { $0 }
        #expect(now == 0 && done == 60)
        #expect((1...3).contains(most))
    }
}
