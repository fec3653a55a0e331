import Glibc
import Support

/// A text that the user names a file of.
enum TextFile {
    /// More than any table made by a person or a program for one.
    private static let maximumByteCount = 256 << 20

    /// The contents of the file at `path`; a byte order mark is taken off, and bytes that are no UTF-8 become U+FFFD.
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
