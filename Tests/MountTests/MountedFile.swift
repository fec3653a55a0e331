import Glibc
import Support

/// A file of a mount, with random access.
struct MountedFile: ~Copyable {
    private let descriptor: Int32
    let path: String

    /// O_DIRECT of Linux, which the Glibc module lacks.
    #if arch(arm64)
        static let direct: Int32 = 0o200000
    #else
        static let direct: Int32 = 0o40000
    #endif

    /// Opens `path`. If `isDirect`, reads bypass the kernel's page cache, so that every read reaches the mount.
    init(_ path: String, isDirect: Bool = false) throws {
        descriptor = open(path, O_RDONLY | (isDirect ? Self.direct : 0))
        self.path = path
        guard descriptor >= 0 else { throw SystemError("open", path) }
    }

    deinit { close(descriptor) }

    /// The bytes of `range`, or fewer at the end of the file; usually by a single pread.
    func bytes(_ range: Range<UInt64>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress.map { $0 + count }, $0.count - count,
                    off_t(range.lowerBound) + off_t(count))
            }
            guard got >= 0 else { throw SystemError("pread", path) }
            guard got > 0 else { break }
            count += got
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// All bytes.
    func allBytes() throws -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat", path) }
        return try bytes(0..<UInt64(status.st_size))
    }
}
