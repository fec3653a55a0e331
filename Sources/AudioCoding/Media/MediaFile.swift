import CLibAV
import Glibc
import Support

/// A file on disk that libavformat reads through calls of ours, which open nothing else.
///
/// Not Sendable: one thread at a time.
final class MediaFile {
    private static let bufferByteCount: Int32 = 256 << 10

    let path: String
    private let descriptor: Int32
    private var position: Int64 = 0
    private let byteCount: Int64
    /// What its pages or clusters show. If they are not in order, libavformat is given them in order.
    private(set) var outline = MediaOutline()
    /// The tracks of an MP4 file; none of any other.
    private(set) var movieTracks: [MovieTrack] = []
    /// Bytes that libavformat is given instead of those at these offsets.
    private var substitutions: [UInt64: UInt8] = [:]
    /// The last read that failed: libavformat reports some of them as the end of the file.
    private(set) var readError: SystemError?
    /// What libavformat reads from. It refers to this object, which must outlive it.
    private(set) var context: UnsafeMutablePointer<AVIOContext>?

    init(path: String) throws(MediaError) {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw MediaError(path, "cannot be opened", cause: SystemError("open", path))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MediaError(path, "is no regular file")
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int64(status.st_size)
        // libavformat may replace the buffer: `deinit` frees the one that the context has then.
        guard let buffer = av_malloc(Int(Self.bufferByteCount)) else {
            throw MediaError(path, "cannot be read: no memory")
        }
        context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferByteCount, 0,
            Unmanaged.passUnretained(self).toOpaque(), readFile, nil, seekFile)
        guard context != nil else {
            av_free(buffer)
            throw MediaError(path, "cannot be read: no memory")
        }
        outline = MediaOutline(of: codedStream)
        // One that cannot be read has none: libavformat will meet the same error.
        movieTracks = (try? MovieTrack.all(of: codedStream)) ?? []
        for offset in movieTracks.compactMap(\.soleTickOffset) {
            // Two ticks are as wrong, and libavformat finds the packets.
            if let last = offset.adding(3) { substitutions[last] = 2 }
        }
    }

    deinit {
        if let context { av_free(context.pointee.buffer) }
        avio_context_free(&context)
        close(descriptor)
    }

    /// The file, to be read besides libavformat.
    var codedStream: CodedStream {
        CodedStream(byteCount: UInt64(clamping: byteCount)) { [self] range in try bytes(range) }
    }

    /// The byte of the file that libavformat is given as byte `position`.
    func offset(at position: UInt64) -> UInt64 {
        outline.order?.bytes(from: position)?.lowerBound ?? position
    }

    private func bytes(_ range: Range<UInt64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var done = 0
        while done < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(clamping: range.lowerBound) + off_t(done))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw got == 0 ? MediaFailure("it became shorter") : SystemError("pread", path) }
            done += got
        }
        return bytes
    }

    fileprivate func read(into buffer: UnsafeMutablePointer<UInt8>, _ count: Int32) -> Int32 {
        let place = UInt64(clamping: position)
        let rest = outline.order.map { $0.bytes(from: place) ?? place..<place } ?? place..<UInt64.max
        let count = min(Int(max(count, 0)), Int(clamping: rest.upperBound - rest.lowerBound))
        while true {
            let got = pread(descriptor, buffer, count, off_t(clamping: rest.lowerBound))
            if got > 0 {
                for (offset, byte) in substitutions where offset >= place && offset - place < UInt64(got) {
                    buffer[Int(offset - place)] = byte
                }
                position += Int64(got)
                return Int32(got)
            }
            if got == 0 { return zwl_AVERROR_EOF }
            guard errno == EINTR else {
                let error = SystemError("pread", path)
                readError = error
                return -error.code
            }
        }
    }

    fileprivate func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        let byteCount = outline.order.map { Int64(clamping: $0.byteCount) } ?? byteCount
        let base: Int64
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return byteCount
        case SEEK_SET: base = 0
        case SEEK_CUR: base = position
        case SEEK_END: base = byteCount
        default: return Int64(-EINVAL)
        }
        guard let target = base.adding(offset), target >= 0 else { return Int64(-EINVAL) }
        position = target
        return target
    }
}

private func readFile(
    _ file: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int32
) -> Int32 {
    guard let file, let buffer else { return -EINVAL }
    return Unmanaged<MediaFile>.fromOpaque(file).takeUnretainedValue().read(into: buffer, count)
}

private func seekFile(_ file: UnsafeMutableRawPointer?, _ offset: Int64, _ whence: Int32) -> Int64 {
    guard let file else { return Int64(-EINVAL) }
    return Unmanaged<MediaFile>.fromOpaque(file).takeUnretainedValue().seek(offset, whence)
}
