import Support
import Zarr

/// One pass over the bytes of a blob that goes on where some of them cannot be read.
struct BlobPass {
    /// Bytes that could not be read, and why.
    struct Unreadable {
        var bytes: Range<UInt64>
        let error: ZarrError
    }

    private static let pieceByteCount: UInt64 = 1 << 20
    /// What is tried by itself where a piece cannot be read.
    private static let partByteCount: UInt64 = 1 << 16

    /// Told how many more bytes were gone through.
    let progress: @Sendable (UInt64) -> Void
    /// What could not be read, in order; neighbours are joined.
    private(set) var unreadable: [Unreadable] = []

    init(progress: @escaping @Sendable (UInt64) -> Void) {
        self.progress = progress
    }

    /// Hands the bytes of `blob` from `start` on to `body`, in order; zeros for those that cannot be read.
    mutating func run(over blob: CodedBlob, from start: UInt64 = 0, _ body: (UnsafeRawBufferPointer) throws -> Void)
        throws
    {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(Self.pieceByteCount), alignment: 16)
        defer { buffer.deallocate() }
        for piece in Self.parts(of: start..<max(start, blob.byteCount), Self.pieceByteCount) {
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<piece.count])
            do throws(ZarrError) {
                try blob.read(piece, into: target)
            } catch {
                for part in Self.parts(of: piece, Self.partByteCount) {
                    let offset = Int(part.lowerBound - piece.lowerBound)
                    read(
                        part, of: blob,
                        into: UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + part.count]))
                }
            }
            try body(UnsafeRawBufferPointer(target))
            progress(UInt64(piece.count))
        }
    }

    private mutating func read(_ part: Range<UInt64>, of blob: CodedBlob, into target: UnsafeMutableRawBufferPointer) {
        do throws(ZarrError) {
            try blob.read(part, into: target)
        } catch {
            target.initializeMemory(as: UInt8.self, repeating: 0)
            if let last = unreadable.last, last.bytes.upperBound == part.lowerBound, last.error.path == error.path {
                unreadable[unreadable.count - 1].bytes = last.bytes.lowerBound..<part.upperBound
            } else {
                unreadable.append(Unreadable(bytes: part, error: error))
            }
        }
    }

    private static func parts(of range: Range<UInt64>, _ byteCount: UInt64) -> some Sequence<Range<UInt64>> {
        sequence(state: range.lowerBound) { position -> Range<UInt64>? in
            guard position < range.upperBound else { return nil }
            let part = position..<position + min(byteCount, range.upperBound - position)
            position = part.upperBound
            return part
        }
    }
}
