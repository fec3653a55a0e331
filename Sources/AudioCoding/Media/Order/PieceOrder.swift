/// The bytes of a file in the order in which they belong, which is not that of the file.
struct PieceOrder {
    /// Ranges of the file's bytes, none empty, and where each begins in the order.
    private var pieces: [(start: UInt64, range: Range<UInt64>)] = []
    /// Bytes of all pieces.
    private(set) var byteCount: UInt64 = 0
    /// Pieces that are not in their place in the file, or there twice.
    let misplacedCount: UInt64

    /// The order `pieces`, of which `misplacedCount` are not in their place in the file, or there twice.
    init(_ pieces: [NumberedPiece], misplacedCount: UInt64) {
        self.misplacedCount = misplacedCount
        for piece in pieces where !piece.range.isEmpty {
            if let last = self.pieces.last, last.range.upperBound == piece.range.lowerBound {
                self.pieces[self.pieces.count - 1].range = last.range.lowerBound..<piece.range.upperBound
            } else {
                self.pieces.append((byteCount, piece.range))
            }
            byteCount += UInt64(piece.range.count)
        }
    }

    /// The bytes of the file that come from byte `position` of the order on, up to the end of a piece; nil behind the last.
    func bytes(from position: UInt64) -> Range<UInt64>? {
        guard position < byteCount else { return nil }
        var (low, high) = (0, pieces.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= position { low = middle } else { high = middle }
        }
        let (start, range) = pieces[low]
        return range.lowerBound + (position - start)..<range.upperBound
    }

    /// The bytes of `stream`, which are those of the file, in order.
    func stream(_ stream: CodedStream) -> CodedStream {
        CodedStream(byteCount: byteCount) { range in
            var bytes: [UInt8] = []
            var position = range.lowerBound
            while position < range.upperBound, let piece = self.bytes(from: position) {
                let taken = piece.prefix(Int(clamping: range.upperBound - position))
                bytes += try stream.bytes(taken.startIndex..<taken.endIndex)
                position += UInt64(taken.count)
            }
            return bytes
        }
    }
}
