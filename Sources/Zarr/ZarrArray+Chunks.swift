import Support

extension ZarrArray {
    /// Reads the first element of every chunk. Throws if the store does not have one, or has one of another size; of chunks that are
    /// compressed or have checksums, all of each is read.
    ///
    /// The array must be one of which the store has all chunks, so that this ends with the first that is not there.
    public func readFirstElements() throws(ZarrError) {
        let element = UnsafeMutableRawBufferPointer.allocate(byteCount: dataType.itemSize, alignment: 16)
        defer { element.deallocate() }
        try layout.forEachChunkStart { start throws(ZarrError) in
            try read(start: start, count: start.map { _ in 1 }, into: element)
        }
    }

    /// Has the store keep no bytes any more of the chunks with elements of `range`, since some of them turned out to be damaged. The array has
    /// one dimension, and these elements.
    public func distrust(_ range: Range<UInt64>) {
        guard let chunkLength = layout.grid.chunkShape.first, chunkLength > 0, !range.isEmpty else { return }
        for number in range.lowerBound / UInt64(chunkLength)...(range.upperBound - 1) / UInt64(chunkLength) {
            guard let number = Int(exactly: number), number < layout.grid.chunkCount,
                let chunk = try? layout.chunk(number, at: layout.grid.coordinates(of: number))
            else { return }
            store.distrust(chunk.key)
        }
    }

    /// How many chunks it has, down to the innermost of shards, and how many of them the store does not have. Of each, no more is looked at
    /// than whether it is there. Those that are damaged are there.
    ///
    /// The work is that of listing all chunks, however few the store has: the caller makes sure that it is not asked for more than there can be.
    public func countChunks() throws(ZarrError) -> (all: UInt64, absent: UInt64) {
        let (all, absent) = try layout.countChunks()
        return (UInt64(all), UInt64(absent))
    }
}
