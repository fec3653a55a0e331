import Glibc
import Support

/// What a folder may be that was named as a store and is none.
enum FolderAdvice {
    /// Entries of a folder that are looked at, at most.
    private static let entryLimit = 1000

    /// What the folder at `path` seems to be, and what to do, to be put behind a message; empty if nothing shows that.
    static func text(on path: String) -> String {
        if let resolved = FilePath.resolved(path), let mount = MountTable.entry(of: resolved),
            mount.type == "fuse.zarrwlr"
        {
            return "; it is where a store is mounted: name the store, \(mount.source)"
        }
        let names = names(in: path)
        if let store = names.first(where: { "\(path)/\($0)/zarr.json".withFileName { access($0, F_OK) } == 0 }) {
            return "; it holds stores: name one, such as \(path)/\(store)"
        }
        guard names.contains(where: ImportSources.isNamedAsSound) else { return "" }
        return "; it holds recordings: zarrwlr import STORE \(path) makes a store of them"
    }

    /// The names, sorted, of the first entries in the folder at `path`, but for hidden ones.
    private static func names(in path: String) -> [String] {
        guard let directory = path.withFileName({ opendir($0) }) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while names.count < entryLimit, let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(fileBytes: $0.prefix { $0 != 0 }) }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
