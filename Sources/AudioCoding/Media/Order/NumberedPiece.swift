/// A piece of a file, which may say where among the others it belongs.
struct NumberedPiece: Equatable {
    /// Its bytes in the file.
    let range: Range<UInt64>
    /// Which sequence of pieces it is of: an Ogg file may have several.
    var sequence: UInt32 = 0
    /// Its number in this sequence; nil if it has none and stays where it is.
    var number: UInt64?
    /// The time at which it ends, in any unit; nil if it does not say.
    var end: Int64?

    /// What two pieces have in common if one is there twice.
    fileprivate struct Key: Hashable {
        let sequence: UInt32
        let number: UInt64
    }
}

extension [NumberedPiece] {
    /// The pieces in the order of their numbers, those that are there twice taken once; nil if two of one number differ in their bytes,
    /// which are those of `stream`: then it is not certain that these numbers say the order.
    func ordered(in stream: CodedStream) throws -> [NumberedPiece]? {
        guard var pieces = try withoutRepetitions(in: stream) else { return nil }
        let places = Dictionary(grouping: pieces.indices.filter { pieces[$0].number != nil }) { pieces[$0].sequence }
        for indices in places.values {
            let sorted = indices.map { pieces[$0] }.sorted { $0.number ?? 0 < $1.number ?? 0 }
            for (index, piece) in zip(indices, sorted) { pieces[index] = piece }
        }
        return pieces
    }

    private func withoutRepetitions(in stream: CodedStream) throws -> [NumberedPiece]? {
        var seen: [NumberedPiece.Key: Range<UInt64>] = [:]
        var pieces: [NumberedPiece] = []
        for piece in self {
            if let number = piece.number {
                let key = NumberedPiece.Key(sequence: piece.sequence, number: number)
                if let first = seen[key] {
                    guard try stream.hasSameBytes(first, piece.range) else { return nil }
                    continue
                }
                seen[key] = piece.range
            }
            pieces.append(piece)
        }
        return pieces
    }

    /// How many of the pieces do not come after all those with lower numbers and before all those with higher ones, or are there twice.
    var misplacedCount: UInt64 {
        var highest: [UInt32: UInt64] = [:]
        var count: UInt64 = 0
        for piece in self {
            guard let number = piece.number else { continue }
            if let before = highest[piece.sequence], before >= number {
                count += 1
            } else {
                highest[piece.sequence] = number
            }
        }
        return count
    }
}

extension CodedStream {
    private static let comparedByteCount: UInt64 = 256 << 10

    /// Whether the bytes of two ranges of it are the same.
    fileprivate func hasSameBytes(_ first: Range<UInt64>, _ second: Range<UInt64>) throws -> Bool {
        guard first.count == second.count else { return false }
        var done: UInt64 = 0
        let byteCount = first.upperBound - first.lowerBound
        while done < byteCount {
            let next = Swift.min(done + Self.comparedByteCount, byteCount)
            let isSame =
                try bytes(first.lowerBound + done..<first.lowerBound + next)
                == bytes(second.lowerBound + done..<second.lowerBound + next)
            guard isSame else { return false }
            done = next
        }
        return true
    }
}
