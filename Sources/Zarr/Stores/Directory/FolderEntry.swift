import Glibc
import Support

/// An entry of a directory. Entries whose names are not UTF-8 are skipped, since keys are.
struct FolderEntry {
    let name: String
    /// Whether it is a directory; a symbolic link to one is not.
    let isDirectory: Bool

    /// The entries of the directory `path` below `root`, in no order; nil if there is no such directory.
    static func all(
        in path: String, of root: StoreFolder, links: StoreFolder.Links = .permitted
    ) throws(StoreError) -> [FolderEntry]? {
        let descriptor = root.open(path, O_RDONLY | O_DIRECTORY, links: links)
        guard descriptor >= 0 else {
            if DirectoryStore.meansMissing(errno) { return nil }
            throw StoreError(reading: path, "cannot list", system: SystemError("openat2", path))
        }
        guard let directory = fdopendir(descriptor) else {
            let error = SystemError("fdopendir", path)
            close(descriptor)
            throw StoreError("cannot list", key: path, system: error)
        }
        defer { closedir(directory) }

        var entries: [FolderEntry] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            if let entry = FolderEntry(entry, in: descriptor) { entries.append(entry) }
        }
        guard errno == 0 else { throw StoreError("cannot list", key: path, system: SystemError("readdir", path)) }
        return entries
    }

    private init?(_ entry: UnsafeMutablePointer<dirent>, in directory: Int32) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        guard let name, name != ".", name != ".." else { return nil }
        self.name = name
        switch Int(entry.pointee.d_type) {
        case DT_DIR:
            isDirectory = true
        case DT_UNKNOWN:
            var status = stat()
            isDirectory =
                fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFDIR
        default:
            isDirectory = false
        }
    }
}
