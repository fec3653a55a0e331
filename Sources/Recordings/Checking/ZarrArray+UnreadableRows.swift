import Support
import Zarr

extension ZarrArray {
    /// Steps in a row that may fail before the rest counts as unreadable, too: an array may announce any number of rows.
    private static let failureLimit = 4096
    /// Bytes that are read at once, unless an element has more.
    private static let pieceByteCount: UInt64 = 1 << 20

    /// The rows (along the first dimension) that cannot be read, and why; adjacent ones are merged. `progress` is
    /// called with the number of bytes processed since the last call.
    func unreadableRows(progress: (UInt64) -> Void) -> [(rows: Range<UInt64>, error: ZarrError)] {
        guard let rowCount = shape.first, rowCount > 0, byteCount > 0 else { return [] }
        let rowByteCount = max(byteCount / rowCount, 1)
        let step = max(Self.pieceByteCount / rowByteCount, 1)
        var unreadable: [(rows: Range<UInt64>, error: ZarrError)] = []
        var position: UInt64 = 0
        var failuresInARow = 0
        while position < rowCount {
            let rows = position..<position + min(step, rowCount - position)
            do throws(ZarrError) {
                try readParts(
                    start: [rows.lowerBound] + shape.dropFirst().map { _ in 0 },
                    count: [UInt64(rows.count)] + shape.dropFirst())
                failuresInARow = 0
            } catch {
                failuresInARow += 1
                if let last = unreadable.last, last.rows.upperBound == position, last.error.path == error.path {
                    unreadable[unreadable.count - 1].rows = last.rows.lowerBound..<rows.upperBound
                } else {
                    unreadable.append((rows, error))
                }
            }
            progress(rowByteCount * UInt64(rows.count))
            position = rows.upperBound
            if failuresInARow == Self.failureLimit, let last = unreadable.popLast() {
                unreadable.append((last.rows.lowerBound..<rowCount, last.error))
                break
            }
        }
        return unreadable
    }

    /// Reads the region of `count` elements from `start` on, a part after the other if it is large.
    private func readParts(start: [UInt64], count: [UInt64]) throws(ZarrError) {
        let byteCount = count.reduce(UInt64(dataType.itemSize), *)
        guard byteCount > Self.pieceByteCount, let axis = count.firstIndex(where: { $0 > 1 }) else {
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(clamping: byteCount), alignment: 16)
            defer { buffer.deallocate() }
            return try read(start: start, count: count, into: buffer)
        }
        let step = max(Self.pieceByteCount / (byteCount / count[axis]), 1)
        var (partStart, partCount) = (start, count)
        var done: UInt64 = 0
        while done < count[axis] {
            partStart[axis] = start[axis] + done
            partCount[axis] = min(step, count[axis] - done)
            try readParts(start: partStart, count: partCount)
            done += partCount[axis]
        }
    }
}
