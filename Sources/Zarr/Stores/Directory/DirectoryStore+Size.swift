import Glibc
import Support

extension DirectoryStore {
    /// Folders nested deeper than this are not entered.
    private static let maximumDepth = 64

    /// As for every store: the sizes of all regular files. Symbolic links are not followed.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        try check(prefix, isPrefix: true)
        return try byteCount(below: prefix, depth: 0)
    }

    private func byteCount(below prefix: String, depth: Int) throws(StoreError) -> UInt64 {
        guard depth < Self.maximumDepth else { return 0 }
        var sum: UInt64 = 0
        for entry in try FolderEntry.all(in: prefix, of: root) ?? [] {
            let path = prefix.isEmpty ? entry.name : "\(prefix)/\(entry.name)"
            let count = try entry.isDirectory ? byteCount(below: path, depth: depth + 1) : fileByteCount(path)
            sum = sum.adding(count) ?? .max
        }
        return sum
    }

    private func fileByteCount(_ path: String) throws(StoreError) -> UInt64 {
        guard let status = root.status(of: path, followsLast: false) else {
            if Self.meansMissing(errno) { return 0 }
            throw StoreError(reading: path, "cannot read its size", system: SystemError("openat2", path))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return UInt64(clamping: status.st_size)
    }
}
