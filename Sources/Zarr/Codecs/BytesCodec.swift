import Support

/// The codec `bytes`: elements one after another in C order.
struct BytesCodec: Sendable {
    private let shape: [Int]
    private let itemSize: Int
    /// Bytes of the numbers whose byte order is to be reversed; 1 if there are none.
    private let swapSize: Int
    /// Bytes of a whole encoded chunk.
    let encodedSize: Int

    /// The codec for chunks of `shape`; nil if they are too large.
    init?(shape: [Int], dataType: DataType, endian: CodecDocument.Endian) {
        guard let encodedSize = ByteCount.product(shape, dataType.itemSize) else { return nil }
        self.shape = shape
        self.encodedSize = encodedSize
        itemSize = dataType.itemSize
        swapSize = endian == .big ? dataType.numberSize : 1
    }

    /// Reads `selection` from a whole encoded chunk in memory, which has `encodedSize` bytes.
    func read(_ selection: Selection, from encoded: UnsafeRawBufferPointer) {
        guard let bytes = encoded.baseAddress, encoded.count == encodedSize else { return }
        let transfer = BytesTransfer(selection, shape: shape, itemSize: itemSize, swapSize: swapSize)
        transfer.copy(from: bytes + transfer.start, to: selection.destination)
    }

    /// The bytes of an encoded chunk that `selection` is, if they are one run both in the chunk and in memory.
    func run(of selection: Selection) -> Range<Int>? {
        BytesTransfer(selection, shape: shape, itemSize: itemSize, swapSize: swapSize).run
    }

    /// Makes the elements in `buffer`, which are as they are in a chunk, little-endian.
    func decodeInPlace(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.baseAddress else { return }
        BytesTransfer.swap(bytes, byteCount: buffer.count, size: swapSize)
    }

    /// Reads `selection` of `chunk`, and no more of the chunk than is needed. Returns false if the store has no such chunk; what the
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
