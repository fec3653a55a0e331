import Glibc
import Support

/// Text files named by the user.
enum TextFile {
    /// The most bytes of a file; no selection table has so many.
    private static let maximumByteCount = 256 << 20

    /// The contents of the file at `path`, without a byte order mark; bytes that are not UTF-8 become U+FFFD.
    static func read(_ path: String) throws(CommandError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError("cannot read", cause: SystemError("open", path)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandError("cannot read", cause: SystemError("read", path)) }
            guard count > 0 else { break }
            bytes += piece.prefix(count)
            guard bytes.count <= maximumByteCount else { throw CommandError("\(path) is too long") }
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return String(decoding: bytes.starts(with: mark) ? bytes[3...] : bytes[...], as: UTF8.self)
    }
}
