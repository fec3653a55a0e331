import Recordings
import Support

/// The text of a `SHA256SUMS`: a line for each file that is a source file whose SHA-256 the store has, as sha256sum(1) writes and reads
/// them.
enum ChecksumLines {
    /// The name of such a file.
    static let fileName = Array("SHA256SUMS".utf8)
    /// How many files of a directory have their lines in one piece of the text.
    private static let run = 256
    /// Stands for the checksum of a file that is rewritten while the text is read: the lines after it must stay where they are.
    private static let unknown = String(repeating: "0", count: 64)

    /// The text of a directory with `count` files at most. `checksum` returns the SHA-256 of the file at a place in hexadecimal, and nil if there
    /// is none there, or one that is no source file; `name` returns its name.
    static func text(
        count: Int, checksum: @escaping @Sendable (Int) -> String?, name: @escaping @Sendable (Int) -> [UInt8]
    ) -> PiecewiseText {
        let runs = stride(from: 0, to: count, by: run).map { $0..<min($0 + run, count) }
        let listed = Parallel.map(runs) { places in places.filter { checksum($0) != nil }.map { UInt32(clamping: $0) } }
        return PiecewiseText(
            bytes: listed.filter { !$0.isEmpty }.map { places in
                { places.flatMap { line(checksum(Int($0)) ?? unknown, name(Int($0))) } }
            })
    }

    /// The line of the file called `name`. If that has a backslash, the line begins with one, and all of them are doubled. Line breaks, which
    /// sha256sum escapes as well, are in no name.
    private static func line(_ checksum: String, _ name: [UInt8]) -> [UInt8] {
        let backslash = UInt8(ascii: "\\")
        let isEscaped = name.contains(backslash)
        let name = isEscaped ? name.flatMap { $0 == backslash ? [backslash, backslash] : [$0] } : name
        return (isEscaped ? [backslash] : []) + Array("\(checksum)  ".utf8) + name + [UInt8(ascii: "\n")]
    }
}
