import Glibc
import Support
import Synchronization
import Testing

struct CancellationTests {
    /// A switch that a test turns.
    private final class Switch: Sendable {
        private let isOn = Atomic<Bool>(false)

        func turnOn() { isOn.store(true, ordering: .relaxed) }

        var cancellation: Cancellation { Cancellation { self.isOn.load(ordering: .relaxed) ? .interrupted : nil } }
    }

    private struct OtherError: DescribedError {
        let summary = "other"
        let cause: (any Error)?
    }

    @Test func `work is cancelled on the thread that runs it, and on those that it starts`() {
        let button = Switch()
        #expect(!Cancellation.isRequested)
        button.cancellation.run {
            #expect(!Cancellation.isRequested)
            button.turnOn()
            #expect(Cancellation.isRequested)
            #expect(throws: Cancelled.self) { try Cancellation.check() }
            let seen = Atomic<Int>(0)
            Parallel.forEach(count: 8, threads: 4) { _ in
                if Cancellation.isRequested { seen.add(1, ordering: .relaxed) }
            }
            #expect(seen.load(ordering: .relaxed) == 8)
        }
        #expect(!Cancellation.isRequested)
    }

    @Test func `an error that was caused by a cancellation is one`() {
        #expect(Cancelled().isCancellation)
        #expect(OtherError(cause: OtherError(cause: Cancelled())).isCancellation)
        #expect(!OtherError(cause: OtherError(cause: nil)).isCancellation)
    }

    @Test func `a thread that waits for a value of another gives up if it is cancelled, and the other goes on`() throws
    {
        let flight = SingleFlight<Int>()
        let (began, mayEnd) = (Semaphore(), Semaphore())
        let maker = try WorkerThread(name: "maker") {
            _ = flight.get {
                began.signal()
                mayEnd.wait()
                return 7
            }
        }
        began.wait()
        let button = Switch()
        let turner = try WorkerThread(name: "turner") {
            usleep(20_000)
            button.turnOn()
        }
        #expect(throws: Cancelled.self) {
            try button.cancellation.run {
                _ = try flight.get { () throws(Cancelled) in
                    try Cancellation.check()
                    return 8
                }
            }
        }
        turner.join()
        mayEnd.signal()
        maker.join()
        #expect(flight.get { 9 } == 7)
    }

    @Test func `what a cancelled caller has made is not kept, since it may be a part`() {
        let flight = SingleFlight<Int>()
        let cache = BlockCache(budget: 1 << 20)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 0)
        let button = Switch()
        button.turnOn()
        button.cancellation.run {
            #expect(flight.get { 1 } == 1)
            #expect(cache.block(key) { Block([1]) }.count == 1)
        }
        #expect(flight.get { 2 } == 2)
        #expect(!cache.keeps(key))
        #expect(!cache.isBeingMade(key))
        #expect(cache.block(key) { Block([1, 2]) }.count == 2)
        #expect(cache.keeps(key))
    }

    @Test func `a block that others may have already is kept, also if its maker is cancelled right after`() {
        let cache = BlockCache(budget: 1 << 20)
        let key = BlockKey(owner: cache.makeOwner(of: .samples), number: 0)
        let looks = Counter()
        let afterFirstLook = Cancellation {
            looks.add()
            return looks.value > 1 ? .interrupted : nil
        }
        afterFirstLook.run { #expect(cache.block(key) { Block([1]) }.count == 1) }
        #expect(cache.keeps(key))
    }

    @Test func `one thread at a time passes a turnstile, and those that are cancelled give up waiting`() throws {
        let turnstile = Turnstile()
        let inside = Atomic<Int>(0)
        let passed = Atomic<Int>(0)
        Parallel.forEach(count: 100, threads: 8) { _ in
            _ = turnstile.pass {
                #expect(inside.add(1, ordering: .relaxed).newValue == 1)
                usleep(100)
                inside.subtract(1, ordering: .relaxed)
                passed.add(1, ordering: .relaxed)
            }
        }
        #expect(passed.load(ordering: .relaxed) == 100)

        let (entered, mayLeave) = (Semaphore(), Semaphore())
        let holder = try WorkerThread(name: "holder") {
            _ = turnstile.pass {
                entered.signal()
                mayLeave.wait()
            }
        }
        entered.wait()
        let button = Switch()
        button.turnOn()
        #expect(button.cancellation.run { turnstile.pass { 1 } } == nil)
        mayLeave.signal()
        holder.join()
        #expect(turnstile.pass { 2 } == 2)
    }
}
