import Glibc
import Support

/// What is mounted, as this process sees it.
enum MountTable {
    /// A line of /proc/self/mountinfo. See proc(5).
    struct Entry {
        /// The directory at which it is mounted.
        let path: String
        /// The type of the file system, such as `fuse.zarrwlr`.
        let type: String
        /// What is mounted, in the words of whoever mounted it.
        let source: String
        /// The directory of the file system that is shown, `/` unless a part of it is mounted once more.
        let root: String

        fileprivate init?(_ line: String) {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            // Fields that may be missing end with a hyphen.
            guard fields.count > 6, let end = fields.dropFirst(6).firstIndex(of: "-"), fields.count > end + 2 else {
                return nil
            }
            path = Entry.unescaped(fields[4])
            root = Entry.unescaped(fields[3])
            type = Entry.unescaped(fields[end + 1])
            source = Entry.unescaped(fields[end + 2])
        }

        /// `text` with `\040` and the like, which stand for spaces, tabs, line feeds and backslashes in mountinfo, replaced by these.
        private static func unescaped(_ text: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = String(text).fileBytes[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(3)
                if byte == UInt8(ascii: "\\"), digits.count == 3,
                    let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                {
                    bytes.append(code)
                    rest = rest.dropFirst(3)
                } else {
                    bytes.append(byte)
                }
            }
            return String(fileBytes: bytes)
        }
    }

    /// All mounts, in the order in which they were made; none if the list cannot be read.
    static var entries: [Entry] {
        guard let file = fopen("/proc/self/mountinfo", "re") else { return [] }
        defer { fclose(file) }
        var entries: [Entry] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let bytes = UnsafeRawBufferPointer(start: line, count: strlen(line))
            if let entry = Entry(String(fileBytes: bytes.prefix { $0 != UInt8(ascii: "\n") })) { entries.append(entry) }
        }
        return entries
    }

    /// What is mounted at the directory `path`, which must be resolved: the mount that hides all others there.
    static func entry(at path: String) -> Entry? { entries.last { $0.path == path } }

    /// The mount that the file at `path`, which must be resolved, is in.
    static func entry(of path: String) -> Entry? {
        var found: Entry?
        for entry in entries where FilePath.lies(path, in: entry.path) {
            if entry.path.utf8.count >= found?.path.utf8.count ?? 0 { found = entry }
        }
        return found
    }
}
