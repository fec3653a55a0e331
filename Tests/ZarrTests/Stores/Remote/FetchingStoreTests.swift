import Glibc
import Support
import Synchronization
import TestSupport
import Testing

@testable import Zarr

/// Parts that are read in advance.
struct FetchingStoreTests {
    private static let value = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private func with(_ body: (FetchingStore, RemoteStandIn, MemoryStore) throws -> Void) rethrows {
        let memory = MemoryStore(["k": Self.value, "l": [1, 2, 3]])
        let remote = RemoteStandIn(memory)
        try body(FetchingStore(remote), remote, memory)
    }

    private func bytes(_ store: any Store, _ key: String, _ part: ValuePart) throws -> [UInt8]? {
        try store.get(key, part).map { Array($0.bytes.bytes) }
    }

    @Test func `what was fetched at once is read without another round trip, as long as it is kept`() throws {
        try with { store, remote, _ throws in
            var fetched = store.fetch([
                ValueRequest("k", .range(1000..<2000)), ValueRequest("l", .whole(atMost: 10)),
                ValueRequest("none", .whole(atMost: 10)), ValueRequest("k", .suffix(500)),
            ])
            #expect(fetched != nil)
            #expect(remote.takeTrips().count == 1)
            #expect(try bytes(store, "k", .range(1500..<1600)) == Array(Self.value[1500..<1600]))
            #expect(try bytes(store, "k", .suffix(10)) == Array(Self.value.suffix(10)))
            #expect(try bytes(store, "k", .range(199_600..<200_000)) == Array(Self.value[199_600...]))
            for part in [.whole(atMost: 3), .range(1..<3), .suffix(9), .range(0..<0)] as [ValuePart] {
                #expect(try bytes(store, "l", part) != nil)
            }
            #expect(try bytes(store, "none", .range(5..<6)) == nil)
            #expect(try store.get("k", .range(0..<0))?.info.size == 200_000)
            #expect(remote.takeTrips().isEmpty)
            #expect(try bytes(store, "k", .range(1999..<2001)) == Array(Self.value[1999..<2001]))
            #expect(remote.takeTrips().count == 1)
            fetched = nil
            #expect(try bytes(store, "k", .range(1500..<1600)) == Array(Self.value[1500..<1600]))
            #expect(try bytes(store, "none", .range(5..<6)) == nil)
            #expect(remote.takeTrips().count == 2)
            withExtendedLifetime(fetched) {}
        }
    }

    @Test func `ranges of a value that lie less than 64 KiB apart are one request, and others are not`() throws {
        try with { store, remote, _ throws in
            let fetched = store.fetch(
                [150_000..<150_010, 0..<10, 60_000..<60_010, 5..<8].map { ValueRequest("k", .range($0)) })
            #expect(
                remote.takeTrips() == [
                    [ValueRequest("k", .range(0..<60_010)), ValueRequest("k", .range(150_000..<150_010))]
                ])
            withExtendedLifetime(fetched) {}
        }
    }

    @Test func `what is here already is not fetched again`() throws {
        try with { store, remote, _ throws in
            let first = store.fetch([ValueRequest("k", .range(0..<100)), ValueRequest("none", .suffix(1))])
            _ = remote.takeTrips()
            let second = store.fetch([ValueRequest("k", .range(10..<20)), ValueRequest("none", .whole(atMost: 1))])
            #expect(remote.takeTrips().isEmpty)
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test func `what cannot be fetched is an error only for who reads it`() throws {
        try with { store, remote, memory throws in
            let faulty = FaultyStore(memory)
            let fetching = FetchingStore(RemoteStandIn(faulty))
            faulty.fail { _ in .error(5) }
            let fetched = fetching.fetch([ValueRequest("k", .range(0..<100)), ValueRequest("k", .range(0..<300_000))])
            faulty.heal()
            #expect(try bytes(fetching, "k", .range(0..<100)) == Array(Self.value[0..<100]))
            let beyond = store.fetch([ValueRequest("k", .range(199_990..<200_010))])
            #expect(throws: StoreError.self) { try bytes(store, "k", .range(199_990..<200_010)) }
            withExtendedLifetime((fetched, beyond)) {}
        }
    }

    @Test func `what lies in parts that were fetched one by one is read without another round trip`() throws {
        try with { store, remote, _ throws in
            let first = store.fetch([ValueRequest("k", .range(0..<1000))])
            let second = store.fetch([ValueRequest("k", .range(990..<3000))])
            let last = store.fetch([ValueRequest("k", .range(3001..<4000))])
            _ = remote.takeTrips()
            #expect(try bytes(store, "k", .range(500..<3000)) == Array(Self.value[500..<3000]))
            #expect(remote.takeTrips().isEmpty)
            #expect(try bytes(store, "k", .range(500..<3500)) == Array(Self.value[500..<3500]))
            #expect(remote.takeTrips() == [[ValueRequest("k", .range(500..<3500))]])
            withExtendedLifetime((first, second, last)) {}
        }
    }

    @Test func `what is under way is waited for, and not asked for again`() throws {
        let held = HeldStore(MemoryStore(["k": Self.value]))
        let store = FetchingStore(held)
        let fetched = Mutex<FetchedParts?>(nil)
        let fetching = try WorkerThread(name: "fetch") {
            let parts = store.fetch([ValueRequest("k", .range(0..<1000))])
            fetched.withLock { $0 = parts }
        }
        held.waitForRequest()
        let read = Mutex<[UInt8]?>(nil)
        let reading = try WorkerThread(name: "read") {
            let bytes = (try? store.get("k", .range(100..<200))).flatMap(\.self).map { Array($0.bytes.bytes) }
            read.withLock { $0 = bytes }
        }
        // A thread that nobody waits for goes on at once.
        Cancellation { .interrupted }.run { _ = try? store.get("k", .range(0..<10)) }
        #expect(read.withLock { $0 } == nil)
        held.letGo()
        fetching.join()
        reading.join()
        #expect(read.withLock { $0 } == Array(Self.value[100..<200]))
        #expect(held.requests == [.range(0..<1000), .range(0..<10)])
    }

    @Test func `who waits for what is under way gets the server's error, and who reads later asks again`() throws {
        let faulty = FaultyStore(MemoryStore(["k": Self.value]))
        let held = HeldStore(faulty)
        let store = FetchingStore(held)
        faulty.fail { _ in .error(5) }
        let fetching = try WorkerThread(name: "fetch") { _ = store.fetch([ValueRequest("k", .range(0..<1000))]) }
        held.waitForRequest()
        let failure = Mutex<StoreError?>(nil)
        let reading = try WorkerThread(name: "read") {
            do throws(StoreError) {
                _ = try store.get("k", .range(100..<200))
            } catch {
                failure.withLock { $0 = error }
            }
        }
        // Until it waits, or has asked for itself.
        usleep(50_000)
        held.letGo()
        fetching.join()
        reading.join()
        #expect(failure.withLock { $0?.kind } == .failed)
        #expect(held.requests == [.range(0..<1000)])
        faulty.heal()
        #expect(try bytes(store, "k", .range(100..<200)) == Array(Self.value[100..<200]))
    }

    @Test func `a store on this machine fetches nothing`() throws {
        let store = FetchingStore(MemoryStore(["k": [1]]))
        #expect(store.fetch([ValueRequest("k", .suffix(1))]) == nil)
        #expect(store.requestsAtOnce == nil)
    }
}

/// A store on another machine whose first answer comes when the test lets it go.
private final class HeldStore: Store {
    private let base: any Store
    private let asked = Mutex<[ValuePart]>([])
    private let hasAsked = Semaphore()
    private let mayAnswer = Semaphore()

    init(_ base: any Store) {
        self.base = base
    }

    /// What was asked for.
    var requests: [ValuePart] { asked.withLock { $0 } }

    /// Waits for the first request.
    func waitForRequest() { hasAsked.wait() }

    /// Lets the first answer go.
    func letGo() { mayAnswer.signal() }

    var requestsAtOnce: Int? { 16 }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        let isFirst = asked.withLock { asked in
            asked.append(part)
            return asked.count == 1
        }
        if isFirst {
            hasAsked.signal()
            mayAnswer.wait()
        }
        return try base.get(key, part, into: memory)
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { nil }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }
}
