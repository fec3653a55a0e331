import Support

/// Bytes of a coded stream, which are read in pieces that hold what is asked for next.
struct StreamWindow {
    /// The stream.
    let stream: CodedStream
    private let pieceByteCount: UInt64
    private var bytes: [UInt8] = []
    private var start: UInt64 = 0

    /// A window of `stream` that reads at least `pieceByteCount` bytes at a time.
    init(_ stream: CodedStream, pieceByteCount: UInt64) {
        self.stream = stream
        self.pieceByteCount = pieceByteCount
    }

    /// The next `count` bytes from `offset` on, or fewer at the end of the stream.
    mutating func bytes(at offset: UInt64, _ count: Int) throws -> ArraySlice<UInt8> {
        let end = min(offset.adding(UInt64(clamping: count)) ?? .max, stream.byteCount)
        guard offset < end else { return [] }
        if offset < start || end > start + UInt64(bytes.count) {
            let readEnd = min(max(end, offset.adding(pieceByteCount) ?? .max), stream.byteCount)
            bytes = try stream.bytes(offset..<readEnd)
            start = offset
        }
        return bytes[Int(offset - start)..<Int(end - start)]
    }
}
