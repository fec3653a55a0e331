import Support

/// A text that is not kept: a piece of it is made when bytes in it are read. Only the ends of the pieces are kept.
///
/// A table of a million recordings has over a hundred megabytes; a piece has some kilobytes.
struct PiecewiseText: Sendable {
    private struct Piece: Sendable {
        /// Bytes of this piece and all before it.
        let end: UInt64
        let make: @Sendable () -> [UInt8]
    }

    private let pieces: [Piece]

    /// The text that `makers` make, a piece each, as UTF-8. A maker must return the same text whenever it is called; the makers
    /// are called on all processors.
    init(_ makers: [@Sendable () -> String]) {
        self.init(bytes: makers.map { make in { Array(make().utf8) } })
    }

    /// The same for makers that return bytes, which need be in no encoding.
    init(bytes makers: [@Sendable () -> [UInt8]]) {
        var pieces: [Piece] = []
        var end: UInt64 = 0
        for (make, count) in zip(makers, Parallel.map(makers) { UInt64($0().count) }) where count > 0 {
            end += count
            pieces.append(Piece(end: end, make: make))
        }
        self.pieces = pieces
    }

    /// Bytes of the text.
    var byteCount: UInt64 { pieces.last?.end ?? 0 }

    /// How many pieces there are.
    var pieceCount: Int { pieces.count }

    /// The piece that has the byte at `offset`, and which byte of the text is its first; nil past the end.
    func piece(at offset: UInt64) -> (index: Int, start: UInt64)? {
        guard offset < byteCount else { return nil }
        // The first piece that ends after the offset.
        var (low, high) = (0, pieces.count - 1)
        while low < high {
            let middle = low + (high - low) / 2
            if pieces[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        return (low, low == 0 ? 0 : pieces[low - 1].end)
    }

    /// The bytes of the piece at `index`.
    func bytes(ofPiece index: Int) -> Block { Block(pieces[index].make()) }
}
