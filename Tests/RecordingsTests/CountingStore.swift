import Support
import Synchronization
import Zarr

/// A store that counts what is read from the chunks of another.
final class CountingStore: Store {
    private let base: any Store
    private let count = Atomic<Int>(0)
    private let blobReads = Atomic<Int>(0)
    private let indexReads = Atomic<Int>(0)
    private let documentReads = Mutex<[String: Int]>([:])

    init(_ base: any Store) {
        self.base = base
    }

    /// Bytes of chunks (not of documents) read since the last call.
    func takeCount() -> Int { count.exchange(0, ordering: .relaxed) }

    /// How often coded audio was read since the last call.
    func takeBlobReads() -> Int { blobReads.exchange(0, ordering: .relaxed) }

    /// How often rows of an index were read since the last call.
    func takeIndexReads() -> Int { indexReads.exchange(0, ordering: .relaxed) }

    /// How often each document was read since the last call.
    func takeDocumentReads() -> [String: Int] {
        documentReads.withLock { reads in
            defer { reads = [:] }
            return reads
        }
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        if key.hasSuffix("zarr.json") { documentReads.withLock { $0[key, default: 0] += 1 } }
        return try base.get(key, part) { byteCount in
            if !key.hasSuffix("zarr.json") { count.add(byteCount, ordering: .relaxed) }
            if key.contains("audio_data_blob_array/c") { blobReads.add(1, ordering: .relaxed) }
            if key.contains("_index/c") { indexReads.add(1, ordering: .relaxed) }
            return memory(byteCount)
        }
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }
}
