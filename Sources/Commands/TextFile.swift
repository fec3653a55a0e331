import Glibc
import Support

/// Text files named by the user.
enum TextFile {
    /// The most bytes of a file; no selection table has so many.
    private static let maximumByteCount = 256 << 20

    /// The contents of the file at `path`, without a byte order mark: UTF-16 if the mark says so, or if zeros do; otherwise UTF-8, or
    /// Latin-1 if it is not valid UTF-8.
    static func read(_ path: String) throws(CommandError) -> String {
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
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
        return decoded(bytes)
    }

    private static func decoded(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xFF, 0xFE]) { return littleEndian(bytes.dropFirst(2)) }
        if bytes.starts(with: [0xFE, 0xFF]) { return bigEndian(bytes.dropFirst(2)) }
        // Most tables are mostly ASCII, of which every second byte is zero in UTF-16, and none in other encodings.
        let zeros = bytes.prefix(4096).indices.filter { bytes[$0] == 0 }
        let oddCount = zeros.count { $0 % 2 == 1 }
        if !zeros.isEmpty, bytes.count % 2 == 0, oddCount != zeros.count - oddCount {
            return oddCount > zeros.count - oddCount ? littleEndian(bytes[...]) : bigEndian(bytes[...])
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        if let valid = String(validating: text, as: UTF8.self) { return valid }
        return String(String.UnicodeScalarView(text.map { Unicode.Scalar($0) }))
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> String {
        utf16(bytes) { UInt16($0) | UInt16($1) << 8 }
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> String {
        utf16(bytes) { UInt16($0) << 8 | UInt16($1) }
    }

    /// The text of UTF-16 code units, each of which `unit` makes of two bytes.
    private static func utf16(_ bytes: ArraySlice<UInt8>, unit: (UInt8, UInt8) -> UInt16) -> String {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var rest = bytes
        while let first = rest.popFirst(), let second = rest.popFirst() { units.append(unit(first, second)) }
        return String(decoding: units, as: UTF16.self)
    }
}
