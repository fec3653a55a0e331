import Support
import Synchronization
import Testing

@testable import Commands

struct OrderedStepsTests {
    private final class Carried: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test(arguments: [1, 2, 8])
    func `steps are carried out in the order of their numbers, whichever thread is first`(threads: Int) {
        let steps = OrderedSteps(lead: 3)
        let carried = Carried()
        Parallel.forEach(count: 200, threads: threads) { number in
            steps.prepare(number)
            steps.finish(number) { carried.numbers.withLock { $0.append(number) } }
        }
        #expect(carried.numbers.withLock { $0 } == Array(0..<200))
    }

    @Test func `a step that is ready early is carried out by whoever makes the one before it ready`() {
        let steps = OrderedSteps(lead: 4)
        let carried = Carried()
        for number in [2, 1, 3] { steps.finish(number) { carried.numbers.withLock { $0.append(number) } } }
        #expect(carried.numbers.withLock { $0.isEmpty })
        steps.finish(0) { carried.numbers.withLock { $0.append(0) } }
        #expect(carried.numbers.withLock { $0 } == [0, 1, 2, 3])
    }
}
