import Glibc
import Support

/// A file of a mount, read by positions.
struct MountedFile: ~Copyable {
    private let descriptor: Int32
    let path: String

    /// Opens `path`; `isDirect`, past the kernel's page cache, so that every read reaches the mount.
    init(_ path: String, isDirect: Bool = false) throws {
        // O_DIRECT of Linux on x86-64 and arm64; Glibc's module leaves it out.
        #if arch(arm64)
            let direct: Int32 = 0o200000
        #else
            let direct: Int32 = 0o40000
        #endif
        descriptor = open(path, O_RDONLY | (isDirect ? direct : 0))
        self.path = path
        guard descriptor >= 0 else { throw SystemError("open", path) }
    }

    deinit { close(descriptor) }

    /// The bytes of `range`, as many as there are; in one pread as a rule.
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
        return Array(bytes[..<count])
    }

    /// All of it.
    func allBytes() throws -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat", path) }
        return try bytes(0..<UInt64(status.st_size))
    }
}
