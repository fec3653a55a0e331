import Recordings
import Support
import Zarr

extension RecordingRow {
    /// The row of `entry` of `store`, with the bytes that are stored of it.
    init(_ entry: OpenStore.Entry, in store: OpenStore) {
        self.init(
            entry.recording.facts, file: entry.file, storedByteCount: store.storedByteCount(of: entry.recording))
    }

    /// The rows of `entries` of `store`, in their order.
    static func all(_ entries: [OpenStore.Entry], in store: OpenStore) -> [RecordingRow] {
        Parallel.map(entries, threads: store.store.requestsAtOnce ?? Parallel.processorCount) {
            RecordingRow($0, in: store)
        }
    }
}
