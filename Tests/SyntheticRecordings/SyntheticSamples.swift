public import Recordings
public import Support

/// Samples that are computed from their position, so that recordings of any length cost nothing and any range can be checked.
public struct SyntheticSamples: SampleReading {
    /// Samples of different seeds have different bytes.
    public let seed: UInt64
    /// Bytes per block; blocks are cut at the ends of the requested range.
    public let blockSize: UInt64
    /// Bytes that cannot be read.
    public let unreadable: Range<UInt64>

    /// Samples of any number.
    public init(seed: UInt64, blockSize: UInt64 = 50_000, unreadable: Range<UInt64> = 0..<0) {
        self.seed = seed
        self.blockSize = max(blockSize, 1)
        self.unreadable = unreadable
    }

    /// The bytes that `read` returns, without blocks and failures.
    public func bytes(_ range: Range<UInt64>) -> [UInt8] {
        range.map { position in
            UInt8(truncatingIfNeeded: ((position / 8) &* 0x9e37_79b9_7f4a_7c15 &+ seed) >> (56 - position % 8))
        }
    }

    /// The bytes, in blocks; an error if one of them is `unreadable`.
    public func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        guard !range.overlaps(unreadable) else {
            throw RecordingError("cannot be decoded", recording: "synthetic/\(seed)", samples: unreadable)
        }
        var slices: [BlockSlice] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let block = position / blockSize * blockSize
            let end = min(block + blockSize, range.upperBound)
            let made = Block(bytes(block..<min(block + blockSize, range.upperBound + 7)))
            slices.append(BlockSlice(made, Int(position - block)..<Int(end - block)))
            position = end
        }
        return slices
    }
}
