import Support
import Zarr

/// One pass over the bytes of a blob that goes on past those that cannot be read.
struct BlobPass {
    /// Bytes that could not be read, and why.
    struct Unreadable {
        var bytes: Range<UInt64>
        let error: ZarrError
    }

    /// Called with the number of bytes processed since the last call.
    let progress: @Sendable (UInt64) -> Void
    /// What could not be read, in order; adjacent parts are merged.
    private(set) var unreadable: [Unreadable] = []

    init(progress: @escaping @Sendable (UInt64) -> Void) {
        self.progress = progress
    }

    /// Hands the bytes of `blob` from `start` on to `body`, in order; zeros for those that cannot be read.
    mutating func run(
        over blob: CodedBlob, from start: UInt64 = 0, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var found: [Unreadable] = []
        try blob.forEachPiece(from: start) { bytes, error in
            if let last = found.last, last.bytes.upperBound == bytes.lowerBound, last.error.path == error.path {
                found[found.count - 1].bytes = last.bytes.lowerBound..<bytes.upperBound
            } else {
                found.append(Unreadable(bytes: bytes, error: error))
            }
        } _: { piece in
            try body(piece)
            progress(UInt64(piece.count))
        }
        unreadable += found
    }
}
