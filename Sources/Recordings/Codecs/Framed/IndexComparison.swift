import AudioCoding
import Support
import Zarr

/// A comparison, row by row, of a stored frame index with the frames that the stream itself has.
struct IndexComparison {
    /// How many rows the index has.
    let rowCount: UInt64
    /// Rows that are no frame of the stream, or not in order.
    private(set) var falseRowCount: UInt64 = 0
    /// Frames of the stream that no row has.
    private(set) var missingFrameCount = 0
    /// The samples whose frames are not in the row of their number; nil if all are.
    private(set) var samples: Range<UInt64>?
    /// The rows of frames that the index has in holes of the stream, by their samples.
    private(set) var lostSamples: [Range<UInt64>] = []

    /// Whether the index is that of the stream, or of the stream before it was damaged.
    var isRight: Bool { falseRowCount == 0 && missingFrameCount == 0 }

    /// Compares `index` with `table`, the frames of a stream with `holes`. `samplesPerFrame` is how many samples each frame has, if
    /// frames do not say which samples are theirs; nil if they do.
    init(
        _ index: StoredFrameIndex, with table: FrameTable, holes: [FrameTable.Hole], samplesPerFrame: UInt64?
    ) throws {
        rowCount = index.count
        var nextFrame = 0
        var matched = 0
        var position: UInt64 = 0
        try index.forEachBatch { rows in
            for row in rows {
                let start = samplesPerFrame.map { position.multiplied(by: $0) ?? .max }
                let isNext = table[nextFrame]?.offset == row.byteOffset
                let frame = isNext ? nextFrame : table.index(ofFrameAt: row.byteOffset)
                if let frame, frame >= nextFrame, Self.row(row, is: table[frame], startingAt: start) {
                    matched += 1
                    nextFrame = frame + 1
                } else if Self.lies(row, in: holes, startingAt: start, hasNumbers: samplesPerFrame == nil) {
                    addLost(row, samplesPerFrame ?? 0)
                } else {
                    falseRowCount += 1
                }
                if let expected = table[Int(clamping: position)], !Self.row(row, is: expected, startingAt: start) {
                    add(expected.samples)
                }
                position += 1
            }
        }
        missingFrameCount = table.count - matched
        if rowCount < UInt64(table.count), let first = table[Int(clamping: rowCount)], let last = table[table.count - 1]
        {
            add(first.samples.lowerBound..<last.samples.upperBound)
        }
    }

    private static func row(_ row: FrameIndexRow, is frame: CodedFrame?, startingAt start: UInt64?) -> Bool {
        guard let frame else { return false }
        return row.byteOffset == frame.offset && row.byteCount == UInt64(frame.byteCount)
            && row.firstSample == start ?? frame.firstSample
    }

    /// Whether `row` may have been right before the stream was damaged.
    private static func lies(
        _ row: FrameIndexRow, in holes: [FrameTable.Hole], startingAt start: UInt64?, hasNumbers: Bool
    ) -> Bool {
        guard row.byteCount > 0, let end = row.byteOffset.adding(row.byteCount) else { return false }
        var low = 0
        var high = holes.count
        while low < high {
            let middle = (low + high) / 2
            if holes[middle].bytes.upperBound < end { low = middle + 1 } else { high = middle }
        }
        guard low < holes.count else { return false }
        let hole = holes[low]
        guard hole.bytes.lowerBound <= row.byteOffset, end <= hole.bytes.upperBound else { return false }
        return hasNumbers ? hole.samples.contains(row.firstSample) : row.firstSample == start
    }

    private mutating func addLost(_ row: FrameIndexRow, _ samplesPerFrame: UInt64) {
        guard samplesPerFrame > 0, let end = row.firstSample.adding(samplesPerFrame) else { return }
        if let last = lostSamples.last, last.upperBound == row.firstSample {
            lostSamples[lostSamples.count - 1] = last.lowerBound..<end
        } else {
            lostSamples.append(row.firstSample..<end)
        }
    }

    private mutating func add(_ wrong: Range<UInt64>) {
        samples = min(samples?.lowerBound ?? .max, wrong.lowerBound)..<max(samples?.upperBound ?? 0, wrong.upperBound)
    }
}
