public import Support
public import Zarr

/// How many chunks there are of an array of samples that stands by itself, down to the innermost of shards, and how many of them its store
/// does not have: those are the fill value.
public struct ChunkPresence: Sendable {
    /// All chunks; nil if there are far more than the store can keep, so that they are not counted.
    public let chunkCount: UInt64?
    /// Those that the store does not have; nil if they are not counted.
    public let absentCount: UInt64?

    /// Counts the chunks of `recording` in `store`; nil if it is no such array, so that the store must have all of its chunks.
    public init?(of recording: Recording, in store: any Store, cache: BlockCache) throws(RecordingError) {
        guard recording.facts.isArray else { return nil }
        do throws(ZarrError) {
            let array = try ZarrArray.open(store, path: recording.path, cache: cache)
            guard array.implausibleByteCount(in: store) == nil else {
                (chunkCount, absentCount) = (nil, nil)
                return
            }
            (chunkCount, absentCount) = try array.countChunks()
        } catch {
            throw RecordingError("its chunks cannot be counted", recording: recording.path, cause: error)
        }
    }
}
