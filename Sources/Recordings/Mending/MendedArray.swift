import Support
import Zarr

/// An array of a recording that is put together from what can be read of it in a store and in a copy of the store.
struct MendedArray {
    /// Bytes that are read at once.
    private static let pieceByteCount: UInt64 = 1 << 20

    /// What the store has.
    let own: ZarrArray?
    /// What the copy has.
    let copy: ZarrArray?
    /// Whether the copy's elements count before the store's own.
    let prefersCopy: Bool

    /// Whether the store's own needs nothing.
    func isWhole() -> Bool {
        own.map { $0.unreadableRows(progress: { _ in }).isEmpty } ?? false
    }

    /// The one that counts first, and that everything else is to be like.
    var model: ZarrArray? { prefersCopy ? copy ?? own : own ?? copy }

    /// Hands all elements to `body`, in order. Throws if some can be read on neither side.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let model else { return }
        guard let rowCount = model.shape.first, rowCount > 0 else { return }
        let sides = sides(like: model)
        let rowByteCount = max(model.byteCount / rowCount, 1)
        let step = max(Self.pieceByteCount / rowByteCount, 1)
        var position: UInt64 = 0
        while position < rowCount {
            let rows = position..<position + min(step, rowCount - position)
            try read(rows, of: sides, rowByteCount, body)
            position = rows.upperBound
        }
    }

    /// The arrays to read from, the preferred one first.
    private func sides(like model: ZarrArray) -> [ZarrArray] {
        (prefersCopy ? [copy, own] : [own, copy]).compactMap { $0 }.filter {
            $0.shape == model.shape && $0.dataType == model.dataType
        }
    }

    private func read(
        _ rows: Range<UInt64>, of sides: [ZarrArray], _ rowByteCount: UInt64,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var failure: ZarrError?
        for side in sides {
            let block: Block
            do throws(ZarrError) {
                block = try side.bytes(ofRows: rows, rowByteCount)
            } catch {
                failure = failure ?? error
                continue
            }
            return try body(block.bytes)
        }
        // Each side may have lost another part of it.
        guard rows.count > 1, sides.count > 1 else {
            throw failure ?? ZarrError(.notFound, "is on neither side", path: own?.path ?? "")
        }
        let middle = rows.lowerBound + UInt64(rows.count) / 2
        try read(rows.lowerBound..<middle, of: sides, rowByteCount, body)
        try read(middle..<rows.upperBound, of: sides, rowByteCount, body)
    }

    /// How many pieces of what can be read on both sides are the same, and how many are not.
    func agreement() -> Agreement {
        var agreement = Agreement()
        guard let own, let copy else { return agreement }
        guard own.shape == copy.shape, own.dataType == copy.dataType, let rowCount = own.shape.first, rowCount > 0
        else {
            agreement.different += 1
            return agreement
        }
        let rowByteCount = max(own.byteCount / rowCount, 1)
        let step = max((Self.pieceByteCount >> 8) / rowByteCount, 1)
        var position: UInt64 = 0
        while position < rowCount {
            let rows = position..<position + min(step, rowCount - position)
            if let mine = try? own.bytes(ofRows: rows, rowByteCount),
                let theirs = try? copy.bytes(ofRows: rows, rowByteCount)
            {
                agreement.count(mine.bytes.elementsEqual(theirs.bytes))
            }
            position = rows.upperBound
        }
        return agreement
    }
}

/// How much of what two sides have is the same.
struct Agreement {
    var same = 0
    var different = 0

    mutating func count(_ isSame: Bool) {
        if isSame { same += 1 } else { different += 1 }
    }
}

extension ZarrArray {
    /// The elements of `rows`, which it has and which the caller has bounded; a row has `rowByteCount` bytes.
    fileprivate func bytes(ofRows rows: Range<UInt64>, _ rowByteCount: UInt64) throws(ZarrError) -> Block {
        guard let count = rowByteCount.multiplied(by: UInt64(rows.count)).flatMap({ Int(exactly: $0) }) else {
            throw ZarrError(.unsupported, "a row of \(rowByteCount) bytes is too long", path: path)
        }
        return try Block(count: count) { buffer throws(ZarrError) in
            try read(
                start: [rows.lowerBound] + shape.dropFirst().map { _ in 0 },
                count: [UInt64(rows.count)] + shape.dropFirst(), into: buffer)
        }
    }
}
