import Support
import Zarr

/// What a pass over a blob cannot read in a row: how much that may be, and the chunk that was lost last.
///
/// A document may announce any number of bytes, none of which the store has. Work is bounded by what is stored: a pass ends where
/// more is missing in a row than a recording that somebody made can have lost.
struct LostRun {
    /// The most bytes in a row that are passed over: an hour and a half of two channels that are not compressed at all.
    static let byteCountLimit: UInt64 = 1 << 30
    /// The most chunks in a row, which may have a byte each.
    static let chunkCountLimit = 4096

    private var byteCount: UInt64 = 0
    private var chunkCount = 0
    private var chunk: (bytes: Range<UInt64>, error: ZarrError)?

    /// Why the byte at `position` cannot be read, and where its chunk ends, if that is known to be lost.
    func error(at position: UInt64) -> (end: UInt64, error: ZarrError)? {
        guard let chunk, chunk.bytes.contains(position) else { return nil }
        return (chunk.bytes.upperBound, chunk.error)
    }

    /// Records that the chunk with `bytes` is lost, and why.
    mutating func begin(_ bytes: Range<UInt64>, _ error: ZarrError) {
        chunk = (bytes, error)
        chunkCount += 1
    }

    /// Counts `count` bytes of `array` that cannot be read because of `error`. Throws if there are too many.
    mutating func add(_ count: UInt64, of array: ZarrArray, _ error: ZarrError) throws(ZarrError) {
        byteCount = byteCount.adding(count) ?? .max
        guard byteCount <= Self.byteCountLimit, chunkCount <= Self.chunkCountLimit else {
            throw ZarrError(
                .damagedChunk,
                "announces \(array.byteCount) bytes, of which \(chunkCount) chunks in a row cannot be read", path: array.path,
                cause: error)
        }
    }
}
