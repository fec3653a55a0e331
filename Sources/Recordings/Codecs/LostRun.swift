import Support
import Zarr

/// What a pass over a blob cannot read in a row.
///
/// A document may announce any number of bytes, none of which the store has. Work is bounded by what is stored: a pass ends where
/// more is missing in a row than a recording that somebody made can have lost.
struct LostRun {
    /// The most bytes in a row that are passed over: an hour and a half of two channels that are not compressed at all.
    private static let byteCountLimit: UInt64 = 1 << 30
    /// The most chunks in a row, which may have a byte each.
    private static let chunkCountLimit = 4096
    /// The most parts in a row that cannot be read although their chunks may be there.
    private static let partCountLimit = 1 << 16

    /// The chunks in a row that are lost, and why each cannot be read; those that the pass has left behind may be gone.
    private var chunks: ArraySlice<(bytes: Range<UInt64>, error: ZarrError)> = []
    private var partCount = 0

    /// Why the byte at `position` cannot be read, and where its chunk ends, if that is known to be lost. Positions that are asked for only
    /// grow.
    mutating func error(at position: UInt64) -> (end: UInt64, error: ZarrError)? {
        while let first = chunks.first, first.bytes.upperBound <= position { chunks.removeFirst() }
        guard let chunk = chunks.first, chunk.bytes.contains(position) else { return nil }
        return (chunk.bytes.upperBound, chunk.error)
    }

    /// Finds the chunks of `array` that are lost in a row, the first of which has the bytes `chunk` and cannot be read because of `error`.
    /// Throws if there are too many, or if they have too many bytes.
    mutating func find(from chunk: Range<UInt64>, of array: ZarrArray, _ error: ZarrError) throws(ZarrError) {
        chunks = [(chunk, error)]
        var end = chunk.upperBound
        while true {
            guard end - chunk.lowerBound <= Self.byteCountLimit, chunks.count < Self.chunkCountLimit else {
                throw Self.tooMany("\(chunks.count) chunks", of: array, error)
            }
            guard end < array.byteCount, let next = array.lostChunk(at: end) else { return }
            chunks.append(next)
            end = next.bytes.upperBound
        }
    }

    /// Counts a part of `array` that cannot be read because of `error`, though its chunk may be there. Throws if there are too many.
    mutating func addPart(of array: ZarrArray, _ error: ZarrError) throws(ZarrError) {
        partCount += 1
        guard partCount < Self.partCountLimit else { throw Self.tooMany("\(partCount) parts", of: array, error) }
    }

    private static func tooMany(_ what: String, of array: ZarrArray, _ error: ZarrError) -> ZarrError {
        ZarrError(
            .damagedChunk, "announces \(array.byteCount) bytes, of which \(what) in a row cannot be read",
            path: array.path,
            cause: error)
    }
}

extension ZarrArray {
    /// The bytes of the chunk with the byte at `position`, and why it cannot be read; nil if it can, or if that is not known.
    func lostChunk(at position: UInt64) -> (bytes: Range<UInt64>, error: ZarrError)? {
        do throws(ZarrError) {
            var byte: UInt8 = 0
            try withUnsafeMutableBytes(of: &byte) { buffer throws(ZarrError) in
                try read(bytes: position..<position + 1, into: buffer)
            }
            return nil
        } catch {
            return error.kind == .damagedChunk ? (bytes(lostWith: position), error) : nil
        }
    }
}
