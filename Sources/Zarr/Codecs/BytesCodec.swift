import Support

/// The codec `bytes`: elements one after another in C order.
struct BytesCodec: Sendable {
    private let shape: [Int]
    private let itemSize: Int
    /// Bytes of the numbers to turn round, 1 where there are none.
    private let swapSize: Int
    /// Bytes of a whole encoded chunk.
    let encodedSize: Int

    /// The codec for chunks of `shape`; nil where they are too large.
    init?(shape: [Int], dataType: DataType, endian: CodecDocument.Endian) {
        guard let encodedSize = ByteCount.product(shape, dataType.itemSize) else { return nil }
        self.shape = shape
        self.encodedSize = encodedSize
        itemSize = dataType.itemSize
        swapSize = endian == .big ? dataType.numberSize : 1
    }

    /// Reads `selection` out of a whole encoded chunk in memory, which is `encodedSize` bytes long.
    func read(_ selection: Selection, from encoded: UnsafeRawBufferPointer) {
        guard let bytes = encoded.baseAddress, encoded.count == encodedSize else { return }
        let transfer = BytesTransfer(selection, shape: shape, itemSize: itemSize, swapSize: swapSize)
        transfer.copy(from: bytes + transfer.start, to: selection.destination)
    }

    /// The bytes of an encoded chunk that `selection` is, if they are one run, in the chunk and in memory.
    func run(of selection: Selection) -> Range<Int>? {
        BytesTransfer(selection, shape: shape, itemSize: itemSize, swapSize: swapSize).run
    }

    /// Makes numbers of this machine of the elements in `buffer`, which were read as they are in a chunk.
    func decodeInPlace(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.baseAddress else { return }
        BytesTransfer.swap(bytes, byteCount: buffer.count, size: swapSize)
    }

    /// Reads `selection` of `chunk`, and no more of it than is needed; false if the store has no such chunk, and what the
    /// selection then holds is undefined.
    func read(_ selection: Selection, of chunk: EncodedChunk, in store: any Store) throws(ZarrError) -> Bool {
        if case .memory(let slice) = chunk.place {
            try chunk.check(size: encodedSize)
            read(selection, from: slice.bytes)
            return true
        }
        let transfer = BytesTransfer(selection, shape: shape, itemSize: itemSize, swapSize: swapSize)
        return try transfer.fetch(to: selection.destination) { range, place throws(ZarrError) in
            try chunk.read(range, of: encodedSize, from: store, to: place)
        }
    }
}
