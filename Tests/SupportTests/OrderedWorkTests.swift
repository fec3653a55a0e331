import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Support

struct OrderedWorkTests {
    @Test(arguments: [0, 1, 2, 7])
    func `results come in the order of the items, however long each takes`(threads: Int) throws {
        let work = try OrderedWork<Int, Int>(name: "test", threads: threads) { number in
            usleep(UInt32(number % 7 * 50))
            return number * number
        }
        var results: [Int] = []
        for number in 0..<200 {
            work.submit(number)
            if work.count > 10, let result = work.take() { results.append(result) }
        }
        while let result = work.take() { results.append(result) }
        #expect(results == (0..<200).map { $0 * $0 })
        #expect(work.count == 0)
        #expect(work.take() == nil)
    }

    @Test func `each item is processed once, and as many at a time as there are threads`() throws {
        let calls = Mutex([Int: Int]())
        let gate = Semaphore()
        let work = try OrderedWork<Int, Int>(name: "test", threads: 3) { number in
            calls.withLock { $0[number, default: 0] += 1 }
            // The first three wait for each other, so all of them are in work at once.
            if number < 2 { gate.wait() } else if number == 2 { for _ in 0..<2 { gate.signal() } }
            return number
        }
        for number in 0..<50 { work.submit(number) }
        while work.take() != nil {}
        #expect(calls.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<50).map { ($0, 1) }))
    }

    @Test func `ordered work that is released ends its threads and drops waiting items`() throws {
        let begun = Mutex(0)
        let gate = Semaphore()
        /// Held by the work, and so by its threads until they end.
        final class Held: Sendable {}
        weak var held: Held?
        do {
            let holder = Held()
            held = holder
            let work = try OrderedWork<Int, Int>(name: "test", threads: 2) { number in
                withExtendedLifetime(holder) { begun.withLock { $0 += 1 } }
                gate.wait()
                return number
            }
            for number in 0..<100 { work.submit(number) }
        }
        for _ in 0..<100 { gate.signal() }
        #expect(eventually { held == nil })
        #expect(begun.withLock { $0 } <= 2)
    }
}
