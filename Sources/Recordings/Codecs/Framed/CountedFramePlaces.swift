import AudioCoding
import Support

/// Where counted frames are, as one of two sources says: the stored index, or the table of all frames.
protocol CountedFramePlaces {
    /// The bytes of each of the frames `range`, in order; nil if the source does not have them all.
    func places(of range: Range<UInt64>) -> [Range<UInt64>]?
}

extension CountedFramePlaces {
    /// How many bytes the frame `number` has; nil if the source does not have it.
    func byteCount(of number: UInt64) -> Int? {
        number.adding(1).flatMap { places(of: number..<$0) }?.first?.count
    }
}

extension FrameTable: CountedFramePlaces {
    func places(of range: Range<UInt64>) -> [Range<UInt64>]? {
        var places: [Range<UInt64>] = []
        for number in range {
            guard let frame = Int(exactly: number).flatMap({ self[$0] }) else { return nil }
            places.append(frame.bytes)
        }
        return places
    }
}

/// Frames by the stored index. A place must be checked for a frame before it is used.
struct IndexedFrames<Format: CountedFrameFormat>: CountedFramePlaces {
    private let index: StoredFrameIndex
    private let finder: FrameFinder<Format>
    /// Rows that have been read already, and the number of the first.
    private var held: (first: UInt64, rows: [FrameIndexRow])?

    init(_ index: StoredFrameIndex, _ finder: FrameFinder<Format>) {
        self.index = index
        self.finder = finder
    }

    /// The same frames, with the rows of `range` read at once and held.
    func holding(_ range: Range<UInt64>) -> IndexedFrames {
        var frames = self
        frames.held = rows(range).map { (range.lowerBound, $0) }
        return frames
    }

    func places(of range: Range<UInt64>) -> [Range<UInt64>]? {
        guard let rows = rows(range) else { return nil }
        let places = rows.compactMap { finder.bytes(of: $0) }
        guard places.count == range.count,
            zip(places, places.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
        else { return nil }
        return places
    }

    private func rows(_ range: Range<UInt64>) -> [FrameIndexRow]? {
        guard range.upperBound <= index.count else { return nil }
        if let held, let start = range.lowerBound.subtracting(held.first).flatMap({ Int(exactly: $0) }),
            range.count <= held.rows.count, start <= held.rows.count - range.count
        {
            return Array(held.rows[start..<start + range.count])
        }
        return try? index.rowsAndNeighbours(range)
    }
}
