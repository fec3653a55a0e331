public import AudioCoding
import Glibc
public import Support

/// A file that is imported.
///
/// Not Sendable: one thread at a time.
public final class SourceFile {
    /// Bytes that are read at a time.
    public static let pieceByteCount = 256 << 10

    /// The path that it was opened by.
    let path: String
    /// Bytes that it had when it was opened.
    public let byteCount: UInt64
    private let descriptor: Int32
    private let opened: stat

    /// Opens the regular file at `path`, which may have bytes that are no UTF-8 (see `String.fileBytes`).
    public init(path: String) throws(ImportError) {
        // O_NONBLOCK: opening a FIFO would wait for its writer.
        descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw ImportError("cannot be opened", cause: SystemError("open", path))
        }
        self.path = path
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        opened = status
        byteCount = UInt64(clamping: status.st_size)
        // From here on `deinit` closes the file.
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else { throw ImportError("is no regular file") }
    }

    deinit {
        close(descriptor)
    }

    /// The name without its folder.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// When it was last modified before it was opened.
    public var modified: Timestamp {
        Timestamp(
            seconds: Int64(opened.st_mtim.tv_sec), nanoseconds: Int64(opened.st_mtim.tv_nsec), offsetMinutes: 0)
    }

    /// Whether its size or one of its times has changed since it was opened. Programs can set that of its modification, but not that of its change.
    public var hasChanged: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return true }
        return status.st_size != opened.st_size || status.st_mtim.tv_sec != opened.st_mtim.tv_sec
            || status.st_mtim.tv_nsec != opened.st_mtim.tv_nsec || status.st_ctim.tv_sec != opened.st_ctim.tv_sec
            || status.st_ctim.tv_nsec != opened.st_ctim.tv_nsec
    }

    /// Reads exactly `range`, which lies within the file, into `buffer`, which is as long.
    public func read(_ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                Int(clamping: range.lowerBound) + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw count == 0
                    ? ImportError("became shorter while it was read")
                    : ImportError("cannot be read", cause: SystemError("pread", path))
            }
            done += count
        }
    }

    /// The bytes of `range`, which lies within the file. The caller has bounded its length.
    public func bytes(_ range: Range<UInt64>) throws(ImportError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var failure: ImportError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(ImportError) {
                try read(range, into: buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Hands the bytes of `range`, which lies within the file, to `body`, piece by piece.
    public func forEachPiece(
        of range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let end = min(position + UInt64(buffer.count), range.upperBound)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(end - position)])
            try read(position..<end, into: piece)
            try body(UnsafeRawBufferPointer(piece))
            position = end
        }
    }

    /// The file as parsers of coded streams take it.
    public var codedStream: CodedStream {
        CodedStream(byteCount: byteCount) { [self] range in try bytes(range) }
    }

    /// Whether every byte is zero, as in files for which a recorder only reserved the room.
    public var isAllZeros: Bool {
        get throws {
            var position: UInt64 = 0
            while position < byteCount {
                let piece = try bytes(position..<min(position + UInt64(Self.pieceByteCount), byteCount))
                guard piece.allSatisfy({ $0 == 0 }) else { return false }
                position += UInt64(piece.count)
            }
            return true
        }
    }

    /// The SHA-256 of the whole file, in hexadecimal.
    public func sha256() throws -> String {
        let digest = try MessageDigest.sha256()
        try forEachPiece(of: 0..<byteCount) { digest.update($0) }
        return digest.finish().hexadecimal
    }
}

extension MessageDigest {
    /// A SHA-256 of no bytes yet.
    public static func sha256() throws(ImportError) -> MessageDigest {
        guard let digest = MessageDigest(.sha256) else { throw ImportError("libcrypto cannot compute SHA-256 here") }
        return digest
    }
}
