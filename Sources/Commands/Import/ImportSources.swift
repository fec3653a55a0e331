import Glibc
import Support

/// The files to import: those that the command line names, and those in folders that it names.
struct ImportSources: Sendable {
    struct File: Sendable {
        let path: String
        /// Its path below the folder that the command line names; only its name if that names the file itself.
        let relativePath: String
        /// The group that it is imported into, by its path below the target; empty for the target itself.
        let subgroup: String
        let byteCount: UInt64
    }

    /// The files in the order of their paths as bytes, however the command line names them: their recordings are numbered in it.
    private(set) var files: [File] = []
    /// Folders that cannot be read, or not to their end, and entries of folders that cannot be examined.
    private(set) var unreadable: [(path: String, problem: CommandError)] = []
    /// How many files in folders were skipped, since their names are not those of sound or video.
    private(set) var passedOver = 0
    private let keepsTree: Bool

    private static let maximumDepth = 64
    /// The extensions of files that may hold sound.
    private static let extensions: Set = [
        "3gp", "aac", "aif", "aifc", "aiff", "ape", "au", "avi", "bwf", "caf", "flac", "flv", "m4a", "m4b", "m4v",
        "mka",
        "mkv", "mov", "mp2", "mp3", "mp4", "mpeg", "mpg", "mts", "oga", "ogg", "ogv", "opus", "rf64", "snd", "tta",
        "w64",
        "wav", "webm", "wma", "wmv", "wv",
    ]

    /// Finds the files at and below `paths`. What cannot be examined counts as a file, so that the import says why.
    init(_ paths: some Sequence<String>, keepsTree: Bool) {
        self.keepsTree = keepsTree
        for path in paths {
            let status = try? Self.status(of: path, followingLinks: true)
            if let status, status.isFolder {
                enter(path, below: "", depth: 0)
            } else {
                files.append(
                    File(
                        path: path, relativePath: path.split(separator: "/").last.map(String.init) ?? path,
                        subgroup: "", byteCount: UInt64(clamping: status?.st_size ?? 0)))
            }
        }
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Bytes of all files together.
    var byteCount: UInt64 { files.reduce(0) { $0.adding($1.byteCount) ?? .max } }

    /// Takes what is in `folder`, whose path below the one that the command line names is `relativePath`.
    private mutating func enter(_ folder: String, below relativePath: String, depth: Int) {
        guard depth < Self.maximumDepth else {
            unreadable.append((folder, CommandError("folders lie too deep")))
            return
        }
        let (names, problem) = Self.names(in: folder)
        if let problem { unreadable.append((folder, problem)) }
        for name in names where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
            do throws(SystemError) {
                try examine(path, name, in: relativePath, depth: depth)
            } catch {
                unreadable.append((path, CommandError("cannot be examined", cause: error)))
            }
        }
    }

    /// Takes the entry `name` of a folder if it may hold sound, and what is in it if it is a folder.
    private mutating func examine(
        _ path: String, _ name: String, in folder: String, depth: Int
    ) throws(SystemError) {
        let relativePath = folder.isEmpty ? name : "\(folder)/\(name)"
        // Links to folders are not followed: they may form a cycle.
        guard try !Self.status(of: path, followingLinks: false).isFolder else {
            return enter(path, below: relativePath, depth: depth + 1)
        }
        guard let dot = name.lastIndex(of: "."), Self.extensions.contains(name[dot...].dropFirst().lowercased()) else {
            passedOver += 1
            return
        }
        let target = try Self.status(of: path, followingLinks: true)
        guard target.st_mode & S_IFMT == S_IFREG else {
            passedOver += 1
            return
        }
        files.append(
            File(
                path: path, relativePath: relativePath, subgroup: keepsTree ? folder : "",
                byteCount: UInt64(clamping: target.st_size)))
    }

    private static func status(of path: String, followingLinks: Bool) throws(SystemError) -> stat {
        var status = stat()
        guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
            throw SystemError(followingLinks ? "stat" : "lstat", path)
        }
        return status
    }

    /// The names in `folder`, sorted, as far as it can be read, and why it cannot be read to its end.
    private static func names(in folder: String) -> ([String], CommandError?) {
        guard let directory = opendir(folder) else {
            return ([], CommandError("the folder cannot be read", cause: SystemError("opendir", folder)))
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        let problem =
            errno == 0
            ? nil : CommandError("the folder cannot be read to its end", cause: SystemError("readdir", folder))
        return (names.sorted(), problem)
    }
}

extension stat {
    fileprivate var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
