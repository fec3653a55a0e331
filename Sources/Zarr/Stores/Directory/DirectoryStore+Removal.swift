import Glibc
import Support

extension DirectoryStore {
    /// Removes the store at `path` if it has nothing but groups, as an import leaves it that has imported nothing; its folder too,
    /// unless `keepsFolder`.
    ///
    /// What another process adds meanwhile stays, and so do the groups above it.
    public static func removeBare(path: String, keepsFolder: Bool) throws(StoreError) {
        let store = try DirectoryStore(path: path)
        guard try store.isBare("", depth: 0), try store.removeBare("") else { return }
        if !keepsFolder, path.withFileName({ rmdir($0) }) != 0 { try store.replace("zarr.json", with: emptyGroup) }
    }

    /// Whether the folder at `prefix` has nothing but a document and folders for which this holds.
    private func isBare(_ prefix: String, depth: Int) throws(StoreError) -> Bool {
        guard depth < 32 else { return false }
        for entry in try FolderEntry.all(in: prefix, of: root) ?? [] {
            if entry.isDirectory {
                guard try isBare(Self.path(prefix, entry.name), depth: depth + 1) else { return false }
            } else if entry.name != "zarr.json" {
                return false
            }
        }
        return true
    }

    /// Removes the document of the bare folder at `prefix` and the folders in it; false if one of them is not bare any more.
    private func removeBare(_ prefix: String) throws(StoreError) -> Bool {
        for name in try children(of: prefix) {
            let folder = Self.path(prefix, name)
            let document = try get("\(folder)/zarr.json", .whole(atMost: 1 << 20))
            guard try removeBare(folder) else { return false }
            guard try changes.removeFolder(folder) else {
                if let document { try replace("\(folder)/zarr.json", with: Array(document.bytes.bytes)) }
                return false
            }
        }
        try changes.removeFile(Self.path(prefix, "zarr.json"))
        return true
    }

    private static func path(_ prefix: String, _ name: String) -> String {
        prefix.isEmpty ? name : "\(prefix)/\(name)"
    }
}
