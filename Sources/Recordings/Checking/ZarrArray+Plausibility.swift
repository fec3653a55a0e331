public import Support
public import Zarr

/// Arrays may announce far more than the store has: what it does not have of a plain array is the fill value. To read all of that would
/// take forever, and nobody made it.
extension ZarrArray {
    /// Arrays of at most this many bytes are read even if the store has almost no data for them.
    private static let plausibleByteCount: UInt64 = 1 << 30
    /// Larger ones are read if they have at most this many bytes for each that the store has: even silence is not compressed better.
    private static let plausibleRatio: UInt64 = 10_000
    /// The same for chunks: so many are read in any case, and more if the store has a byte for each so many.
    private static let plausibleChunkCount: UInt64 = 1 << 16
    private static let plausibleChunksPerByte: UInt64 = 100

    /// Of a store that cannot say how much it has, arrays of so many chunks are read.
    private static let readableChunkCount: UInt64 = 1 << 20

    /// Bytes that `store` has of the array, if those are too few for what it announces to be read; nil if they are enough, or not known.
    func implausibleByteCount(in store: any Store) -> UInt64? {
        guard byteCount > Self.plausibleByteCount || chunkCount > Self.plausibleChunkCount else { return nil }
        guard let kept = try? store.byteCount(below: path) else {
            return !store.listsFolders && chunkCount > Self.readableChunkCount ? 0 : nil
        }
        let isPlausible =
            (byteCount <= Self.plausibleByteCount || kept >= byteCount / Self.plausibleRatio)
            && (chunkCount <= Self.plausibleChunkCount || kept >= chunkCount / Self.plausibleChunksPerByte)
        return isPlausible ? nil : kept
    }

    /// What is wrong with an array of which the store has no more than `kept` bytes.
    func implausibility(kept: UInt64) -> String {
        "\(path) announces \(byteCount) bytes in \(chunkCount) chunks, of which the store can keep no more than a few: "
            + "its files have \(kept)"
    }
}

extension Recording {
    /// Throws if it is an array that stands by itself, of which `store` has so little that all but nothing of it is the fill value: to
    /// copy that would fill a disk with what is not there.
    public func checkPlausible(in store: any Store, cache: BlockCache) throws(RecordingError) {
        guard facts.isArray, let array = try? ZarrArray.open(store, path: facts.path, cache: cache),
            let kept = array.implausibleByteCount(in: store)
        else { return }
        throw RecordingError(array.implausibility(kept: kept), recording: facts.path)
    }
}
