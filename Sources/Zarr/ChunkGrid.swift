import Support

/// A box divided into chunks of one shape: an array into its chunks, or a shard into its inner ones.
struct ChunkGrid: Sendable {
    /// Elements of the box in every dimension.
    let shape: [Int]
    /// Elements of a chunk in every dimension, each at least one.
    let chunkShape: [Int]
    /// Chunks in every dimension, including those at the far edge that reach beyond the box.
    let counts: [Int]
    /// Chunks in all.
    let chunkCount: Int

    /// Nil if the ranks differ, a chunk is empty, or a number is too large.
    init?(dividing shape: [UInt64], into chunkShape: [UInt64]) {
        guard shape.count == chunkShape.count else { return nil }
        var counts: [Int] = []
        for (length, chunk) in zip(shape, chunkShape) {
            guard Int(exactly: length) != nil, Int(exactly: chunk) != nil,
                let count = length.dividedRoundingUp(by: chunk)
            else { return nil }
            counts.append(Int(clamping: count))
        }
        guard let chunkCount = ByteCount.product(counts, 1) else { return nil }
        self.shape = shape.map { Int(clamping: $0) }
        self.chunkShape = chunkShape.map { Int(clamping: $0) }
        self.counts = counts
        self.chunkCount = chunkCount
    }

    /// The place among the chunks, in every dimension, of the chunk `number`; chunks are numbered in C order.
    func coordinates(of number: Int) -> [Int] {
        var rest = number
        var coordinates: [Int] = []
        for count in counts.reversed() {
            coordinates.append(rest % count)
            rest /= count
        }
        return coordinates.reversed()
    }
}
