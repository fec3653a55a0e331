import Support
import Synchronization
import Zarr

/// A store that counts what is read from the chunks of another.
final class CountingStore: Store {
    private let base: any Store
    private let count = Atomic<Int>(0)
    private let blobReads = Atomic<Int>(0)
    private let indexReads = Atomic<Int>(0)

    init(_ base: any Store) {
        self.base = base
    }

    /// Bytes of chunks (not of documents) read since the last call.
    func takeCount() -> Int { count.exchange(0, ordering: .relaxed) }

    /// How often coded audio was read since the last call.
    func takeBlobReads() -> Int { blobReads.exchange(0, ordering: .relaxed) }

    /// How often rows of an index were read since the last call.
    func takeIndexReads() -> Int { indexReads.exchange(0, ordering: .relaxed) }

    func size(of key: String) throws(StoreError) -> UInt64? { try base.size(of: key) }

    func read(
        _ key: String, range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Bool {
        if !key.hasSuffix("zarr.json") { count.add(range.count, ordering: .relaxed) }
        if key.contains("audio_data_blob_array/c") { blobReads.add(1, ordering: .relaxed) }
        if key.contains("_index/c") { indexReads.add(1, ordering: .relaxed) }
        return try base.read(key, range: range, into: buffer)
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }
}
