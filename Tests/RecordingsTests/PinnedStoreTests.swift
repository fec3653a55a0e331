import Glibc
import Support
import Synchronization
import TestSupport
import Testing
import Zarr

@testable import Recordings

/// A store of one value, whose version and time can be set.
private final class ValueStore: Store {
    let info = Mutex(ValueInfo(size: 1, version: 1, changed: 0))
    let folder = Mutex<UInt64?>(nil)

    func set(version: UInt64?, changed: Int64?) {
        info.withLock { $0 = ValueInfo(size: 1, version: version, changed: changed) }
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        let buffer = memory(part == .range(0..<0) ? 0 : 1)
        if !buffer.isEmpty { buffer[0] = 7 }
        return info.withLock { $0 }
    }

    func children(of prefix: String) throws(StoreError) -> [String] { [] }
    func status(of key: String) throws(StoreError) -> KeyStatus? {
        KeyStatus(modified: nil, version: folder.withLock { $0 })
    }
    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { 0 }
}

struct PinnedStoreTests {
    private static let second: Int64 = 1_000_000_000

    private static var now: Int64 { Int64(time(nil)) * second }

    /// Whether the value `key` of `store` can be read.
    private func canRead(_ store: PinnedStore, _ key: String = "a") throws -> Bool {
        let byte = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
        defer { byte.deallocate() }
        do throws(StoreError) {
            return try store.get(key, .range(0..<1)) { _ in byte } != nil
        } catch {
            #expect(error.kind == .changed)
            return false
        }
    }

    @Test func `a value that is another one than when it was first read is an error`() throws {
        let values = ValueStore()
        let store = PinnedStore(values, audio: "folder")
        #expect(try canRead(store) && canRead(store))
        values.set(version: 2, changed: 0)
        #expect(try !canRead(store))
        #expect(try canRead(PinnedStore(values, audio: "folder")))
        values.set(version: 1, changed: 0)
        #expect(try canRead(store))
    }

    @Test func `a value that is read for the first time is an error if another recording was put in place`() throws {
        let values = ValueStore()
        values.folder.withLock { $0 = 1 }
        let store = PinnedStore(values, audio: "folder")
        #expect(try canRead(store))
        values.folder.withLock { $0 = 2 }
        #expect(try canRead(store) && !canRead(store, "b"))
        #expect(try canRead(PinnedStore(values, audio: "folder"), "b"))
    }

    @Test func `what is learned of a recording is an error if another one was put in its place meanwhile`() throws {
        let values = ValueStore()
        values.folder.withLock { $0 = 1 }
        let store = PinnedStore(values, audio: "folder")
        let isRead = try store.opening("a") { () throws(RecordingError) in
            (try? canRead(store) && canRead(store, "b")) == true
        }
        #expect(isRead)
        for isFailure in [false, true] {
            let store = PinnedStore(values, audio: "folder")
            let error = #expect(throws: RecordingError.self) {
                try store.opening("a") { () throws(RecordingError) in
                    values.folder.withLock { $0 = ($0 ?? 0) + 1 }
                    guard !isFailure, (try? canRead(store)) == true else {
                        throw RecordingError("cannot be served", recording: "a")
                    }
                }
            }
            #expect(error?.isChange == true)
            #expect(try !canRead(store, "b"), "values are looked at again")
        }
    }

    @Test
    func `what a thread has read that looks later whether the recording is in its place deceives no other thread`()
        throws
    {
        let values = ValueStore()
        values.folder.withLock { $0 = 1 }
        let store = PinnedStore(values, audio: "folder")
        let readsOfOthers = Mutex<[Bool]>([])
        let error = #expect(throws: RecordingError.self) {
            try store.opening("a") { () throws(RecordingError) in
                values.folder.withLock { $0 = 2 }
                #expect((try? canRead(store, "b")) == true)
                let other = try? WorkerThread(name: "other") {
                    for key in ["b", "c"] { readsOfOthers.withLock { $0.append((try? canRead(store, key)) == true) } }
                }
                other?.join()
            }
        }
        #expect(error?.isChange == true)
        #expect(readsOfOthers.withLock { $0 } == [false, false])
    }

    @Test func `a remote store is asked for the version that was first read, and a new chunk comes with a look`()
        throws
    {
        let values = ValueStore()
        let remote = RemoteStandIn(values)
        let store = PinnedStore(remote, audio: "folder")
        #expect(try canRead(store, "folder/zarr.json") && canRead(store, "folder/c/0"))
        let look = ValueRequest("folder/zarr.json", .range(0..<0), version: 1)
        #expect(
            remote.takeTrips() == [
                [ValueRequest("folder/zarr.json", .range(0..<1))], [ValueRequest("folder/c/0", .range(0..<1)), look],
            ])
        #expect(try canRead(store, "folder/c/0"))
        #expect(remote.takeTrips() == [[ValueRequest("folder/c/0", .range(0..<1), version: 1)]])
        values.set(version: 2, changed: nil)
        #expect(try !canRead(store, "folder/c/0") && !canRead(store, "folder/c/1"))
        #expect(try canRead(PinnedStore(remote, audio: "folder"), "folder/c/1"))
    }

    @Test func `a value that was written after the recording was opened is an error, unless its time is still to come`()
        throws
    {
        let values = ValueStore()
        values.set(version: 1, changed: Self.now - 3_600 * Self.second)
        let old = PinnedStore(values, audio: "folder")
        usleep(1_100_000)
        values.set(version: 1, changed: Self.now)
        #expect(try !canRead(old))
        #expect(try canRead(PinnedStore(values, audio: "folder")))
        values.set(version: 1, changed: Self.now + 3_600 * Self.second)
        #expect(try canRead(old))
        values.set(version: nil, changed: nil)
        #expect(try canRead(old))
    }
}
