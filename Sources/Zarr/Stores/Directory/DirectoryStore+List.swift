import Glibc
import Support

extension DirectoryStore {
    /// As for every store: the regular files. Symbolic links are followed as far as readers may follow them.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        try check(prefix, isPrefix: true)
        var values: [ListedValue] = []
        try addValues(in: prefix, below: [], to: &values)
        return values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// As for every store: everything but folders, and symbolic links to them.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] {
        try check(prefix, isPrefix: true)
        return try (FolderEntry.all(in: prefix, of: root) ?? []).filter { !$0.isDirectory }.map(\.name).sorted()
    }

    /// Adds the files in `folder`, which is below `folders`, each with its device and number, and in all folders in it.
    private func addValues(
        in folder: String, below folders: [[UInt64]], to values: inout [ListedValue]
    ) throws(StoreError) {
        guard folders.count < Self.listDepthLimit else { throw StoreError(.failed, "lies too deep", key: folder) }
        for entry in try FolderEntry.all(in: folder, of: root) ?? [] {
            let key = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
            guard let status = root.status(of: key) else {
                if Self.meansMissing(errno) { continue }
                throw StoreError(reading: key, "cannot read its size", system: SystemError("openat2", key))
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                values.append(
                    ListedValue(key, byteCount: UInt64(clamping: status.st_size), version: status.version))
            case S_IFDIR:
                let identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
                guard !folders.contains(identity) else {
                    throw StoreError(.failed, "is a symbolic link to a folder that it lies in", key: key)
                }
                try addValues(in: key, below: folders + [identity], to: &values)
            default: break
            }
        }
    }

    /// Folders nested deeper than this are refused.
    private static let listDepthLimit = 64
}
