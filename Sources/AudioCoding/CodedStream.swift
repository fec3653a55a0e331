import Support

/// A coded stream with random access, so that its ends can be read without all the rest.
public struct CodedStream {
    /// Bytes of the stream.
    public let byteCount: UInt64
    private let read: (Range<UInt64>) throws -> [UInt8]

    /// A stream of `byteCount` bytes; `read` returns exactly the bytes of a range within them.
    public init(byteCount: UInt64, read: @escaping (Range<UInt64>) throws -> [UInt8]) {
        self.byteCount = byteCount
        self.read = read
    }

    /// The next `count` bytes from `offset` on, or fewer at the end of the stream.
    func bytes(
        from offset: UInt64, atMost count: Int, of codec: AudioCodingError.Codec
    ) throws(AudioCodingError) -> [UInt8] {
        let start = min(offset, byteCount)
        let end = start + min(byteCount - start, UInt64(max(count, 0)))
        guard start < end else { return [] }
        let bytes: [UInt8]
        do {
            bytes = try read(start..<end)
        } catch {
            throw AudioCodingError(codec, "the stream cannot be read", at: start, cause: error)
        }
        guard UInt64(bytes.count) == end - start else {
            throw AudioCodingError(codec, "\(end - start) bytes were asked for, \(bytes.count) came", at: start)
        }
        return bytes
    }

    /// The bytes of `range`, which lies within the stream.
    func bytes(_ range: Range<UInt64>) throws -> [UInt8] { try read(range) }

    /// The last `count` bytes, or all bytes if there are fewer.
    func tail(atMost count: Int, of codec: AudioCodingError.Codec) throws(AudioCodingError) -> [UInt8] {
        let count = min(byteCount, UInt64(max(count, 0)))
        return try bytes(from: byteCount - count, atMost: Int(count), of: codec)
    }
}
