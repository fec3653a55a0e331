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
}
