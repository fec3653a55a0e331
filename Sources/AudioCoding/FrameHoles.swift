import Support

/// The places in a stream of frames at which bytes between two frames belong to none.
public struct FrameHoles: Sendable, Equatable {
    /// Such a place.
    struct Hole: Sendable, Equatable {
        /// How many frames come before it, at least one.
        let frameNumber: Int
        /// Its bytes, without those of tags.
        let byteCount: UInt64
    }

    /// Frames on each side of a hole whose mean length says how many frames the hole has had.
    private static let neighbourCount = 32

    private(set) var all: [Hole] = []
    private var frameCount = 0
    /// Bytes of no frame up to the last frame.
    private var countedByteCount: UInt64 = 0

    /// Bytes before the first frame, which are no hole.
    private var leadingByteCount: UInt64 = 0

    /// Whether all frames but the first begin where another one or a tag ends.
    public var isEmpty: Bool { all.isEmpty }

    /// Bytes of all holes.
    public var byteCount: UInt64 { countedByteCount - leadingByteCount }

    /// Bytes of no frame behind the last frame, if `skippedByteCount` are of no frame from the front of the stream to its end.
    func trailingByteCount(of skippedByteCount: UInt64) -> UInt64 {
        frameCount == 0 ? 0 : skippedByteCount.subtracting(countedByteCount) ?? 0
    }

    /// Counts one more frame, before which there are `skippedByteCount` bytes of no frame from the front of the stream on.
    mutating func addFrame(after skippedByteCount: UInt64) {
        if frameCount == 0 {
            leadingByteCount = skippedByteCount
        } else if skippedByteCount > countedByteCount {
            all.append(Hole(frameNumber: frameCount, byteCount: skippedByteCount - countedByteCount))
        }
        countedByteCount = skippedByteCount
        frameCount += 1
    }

    /// `frames`, those of the stream, moved behind the frames that seem to have been in the holes.
    ///
    /// How many a hole has had is told by its bytes and the mean length of the frames around it. If the stream announces `total`
    /// frames and its end is there, as many as that are missing in all holes together.
    func placed(_ frames: [CodedFrame], total: UInt64?) -> [CodedFrame] {
        let estimates = all.map { hole in
            let first = max(hole.frameNumber - Self.neighbourCount, 0)
            let neighbours = frames.dropFirst(first).prefix(2 * Self.neighbourCount)
            let mean = Double(neighbours.reduce(0) { $0 + $1.byteCount }) / Double(max(neighbours.count, 1))
            return Double(hole.byteCount) / max(mean, 1)
        }
        // As many as there are, at most: who announces more says nothing of holes.
        let missing = total.map { Double($0) - Double(frames.count) }.flatMap { $0 > Double(frames.count) ? nil : $0 }
        let sum = estimates.reduce(0, +)
        var placed = frames
        var exact = 0.0
        var hole = all.startIndex
        var shift: UInt64 = 0
        for index in placed.indices {
            while hole < all.endIndex, all[hole].frameNumber <= index {
                // Sums are rounded, not terms, if the total is known.
                if let missing, sum > 0 {
                    exact += estimates[hole] * max(missing, 0) / sum
                } else {
                    exact += estimates[hole].rounded()
                }
                shift = UInt64(max(exact.rounded(), 0))
                hole += 1
            }
            let frame = placed[index]
            placed[index] = CodedFrame(
                offset: frame.offset, byteCount: frame.byteCount,
                firstSample: shift.multiplied(by: UInt64(frame.sampleCount)).flatMap(frame.firstSample.adding) ?? .max,
                sampleCount: frame.sampleCount)
        }
        return placed
    }
}
