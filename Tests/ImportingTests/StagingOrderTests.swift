import Support
import Synchronization
import Testing

@testable import Importing

/// The order in which recordings are begun.
struct StagingOrderTests {
    @Test func `turns come in the order of their numbers, and skipped ones are not waited for`() {
        let order = StagingOrder()
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
}
