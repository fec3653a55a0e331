import Synchronization
import Testing

@testable import Support

struct RelayTests {
    private final class Taken {
        var numbers: [Int] = []
    }

    private struct Refused: Error {}

    @Test(arguments: [false, true])
    func `a relay does the work for all items, in order, before it finishes`(isConcurrent: Bool) throws {
        let taken = Taken()
        let relay = try Relay<Int>(isConcurrent: isConcurrent, capacity: 3) { taken.numbers.append($0) }
        for number in 0..<1000 { try relay.send(number) }
        try relay.finish()
        #expect(taken.numbers == Array(0..<1000))
    }

    @Test(arguments: [false, true])
    func `a relay throws what the work has thrown, and does no more of it`(isConcurrent: Bool) throws {
        let taken = Taken()
        let relay = try Relay<Int>(isConcurrent: isConcurrent) { number in
            guard number < 10 else { throw Refused() }
            taken.numbers.append(number)
        }
        #expect(throws: Refused.self) {
            for number in 0..<20 { try relay.send(number) }
            try relay.finish()
        }
        if isConcurrent { #expect(throws: Refused.self) { try relay.finish() } }
        #expect(taken.numbers == Array(0..<10))
    }

    @Test func `a relay that is abandoned ends its thread once the work for its items is done`() throws {
        let count = Mutex(0)
        do {
            let relay = try Relay<Int>(isConcurrent: true) { _ in count.withLock { $0 += 1 } }
            for number in 0..<100 { try relay.send(number) }
        }
        #expect(count.withLock { $0 } == 100)
    }
}
