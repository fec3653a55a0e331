import CZlib
import Support

/// A member of a ZIP archive that is compressed with deflate (RFC 1951), read from its first byte on.
///
/// Nothing of it is kept: a range costs what lies before it, too.
final class ZipInflation {
    /// Bytes that are read from the archive at once, and that are left out at once.
    private static let pieceByteCount = 64 << 10

    /// Stays where it is: zlib's state has a pointer to it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    /// The bytes of the archive that are still to be read.
    private var rest: Range<UInt64>
    private let read: (_ start: UInt64, UnsafeMutableRawBufferPointer) throws(StoreError) -> Void
    private let failure: (String) -> StoreError

    /// Reads the stream in the bytes `place` of the archive by `read`, which fills a buffer. What is wrong with it becomes an error
    /// by `failure`.
    init(
        _ place: Range<UInt64>,
        read: @escaping (_ start: UInt64, UnsafeMutableRawBufferPointer) throws(StoreError) -> Void,
        failure: @escaping (String) -> StoreError
    ) throws(StoreError) {
        rest = place
        self.read = read
        self.failure = failure
        input = .allocate(byteCount: Int(clamping: min(place.upperBound - place.lowerBound, 64 << 10)), alignment: 16)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative number means that there is no header around the stream.
        guard inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw failure("there is no memory to decompress it")
        }
    }

    deinit {
        // Does nothing if there is no state.
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Leaves out the next `count` bytes.
    func skip(_ count: UInt64) throws(StoreError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(clamping: min(count, UInt64(Self.pieceByteCount))), alignment: 16)
        defer { buffer.deallocate() }
        var left = count
        while left > 0 {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(clamping: left)))
            try fill(piece)
            left -= UInt64(piece.count)
        }
    }

    /// Fills `buffer` with the next bytes. Throws if the stream ends before.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
        var done = 0
        while done < buffer.count {
            if stream.pointee.avail_in == 0 { try takeInput() }
            let room = UInt32(clamping: buffer.count - done)
            stream.pointee.next_out = buffer.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
            stream.pointee.avail_out = room
            let result = inflate(stream, Z_NO_FLUSH)
            done += Int(room - stream.pointee.avail_out)
            switch result {
            case Z_OK: break
            case Z_STREAM_END where done == buffer.count: break
            case Z_STREAM_END: throw failure("ends before it should")
            default: throw failure("is damaged")
            }
        }
    }

    private func takeInput() throws(StoreError) {
        let count = min(UInt64(input.count), rest.upperBound - rest.lowerBound)
        guard count > 0 else { throw failure("ends before it should") }
        let piece = UnsafeMutableRawBufferPointer(rebasing: input.prefix(Int(clamping: count)))
        try read(rest.lowerBound, piece)
        rest = rest.lowerBound + count..<rest.upperBound
        stream.pointee.next_in = piece.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_in = UInt32(clamping: piece.count)
    }
}
