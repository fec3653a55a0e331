import Dispatch
import Synchronization
import Testing

@testable import Support

struct SingleFlightTests {
    private struct Refusal: Error {}

    @Test func `a single flight makes a value once for all threads that ask for it`() {
        for _ in 0..<50 {
            let lazy = SingleFlight<Int>()
            let count = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: 16) { _ in
                let value = lazy.get { count.add(1, ordering: .relaxed).newValue }
                #expect(value == 1)
            }
            #expect(count.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `a single flight that fails is tried again by the threads that wait`() {
        let lazy = SingleFlight<Int>()
        let attempts = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            do {
                let value = try lazy.get { () throws(Refusal) in
                    let attempt = attempts.add(1, ordering: .relaxed).newValue
                    if attempt <= 3 { throw Refusal() }
                    return attempt
                }
                #expect(value == 4)
            } catch {
                refused.add(1, ordering: .relaxed)
            }
        }
        #expect(refused.load(ordering: .relaxed) == 3)
        #expect(attempts.load(ordering: .relaxed) == 4)
    }

    @Test func `a single flight has a current value once it is made or set`() {
        let lazy = SingleFlight<Int>()
        #expect(lazy.current == nil)
        #expect(lazy.get { 1 } == 1)
        #expect(lazy.current == 1)
        lazy.set(2)
        #expect(lazy.get { 3 } == 2)
        lazy.clear()
        #expect(lazy.current == nil)
        #expect(lazy.get { 4 } == 4)
    }
}
