import Glibc
import Recordings
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

    /// An entry of a folder that is not imported.
    struct PassedOver: Sendable {
        let path: String
        let reason: String
    }

    /// The files in the order of their paths as bytes, however the command line names them: their recordings are numbered in it.
    private(set) var files: [File] = []
    /// Folders that cannot be read, or not to their end, and entries of folders that cannot be examined.
    private(set) var unreadable: [(path: String, problem: CommandError)] = []
    /// What is in folders and is not imported.
    private(set) var passedOver: [PassedOver] = []
    /// Small files in folders that are no sound, if they are to be kept.
    private(set) var sidecars: [File] = []
    /// The folders whose files go into each group, if each folder below a source is a group; the groups are keyed by the bytes of their
    /// paths.
    private var folders: [[UInt8]: [String]] = [:]
    private let keepsTree: Bool
    private let keepsSidecars: Bool

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
    init(_ paths: some Sequence<String>, keepsTree: Bool, keepsSidecars: Bool = false) {
        self.keepsTree = keepsTree
        self.keepsSidecars = keepsSidecars
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

    /// The groups that have the files of several folders, in the order of their paths: those of sources with folders of the same name.
    var mergedFolders: [(group: String, folders: [String])] {
        folders.filter { $0.value.count > 1 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    }

    /// Notes that `file` of `folder` is taken.
    private mutating func noteFolder(_ folder: String, of file: File) {
        guard keepsTree else { return }
        let key = Array(file.subgroup.utf8)
        if folders[key]?.contains(folder) != true { folders[key, default: []].append(folder) }
    }

    /// Takes what is in `folder`, whose path below the one that the command line names is `relativePath`.
    private mutating func enter(_ folder: String, below relativePath: String, depth: Int) {
        guard depth < Self.maximumDepth else {
            unreadable.append((folder, CommandError("folders lie too deep")))
            return
        }
        let (names, problem) = Self.names(in: folder)
        if let problem { unreadable.append((folder, problem)) }
        for name in names {
            let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
            guard !name.hasPrefix(".") else {
                pass(path, "is hidden")
                continue
            }
            do throws(SystemError) {
                try examine(path, name, in: relativePath, depth: depth)
            } catch {
                unreadable.append((path, CommandError("cannot be examined", cause: error)))
            }
        }
    }

    /// Whether a file called `name` may hold sound.
    static func isNamedAsSound(_ name: String) -> Bool {
        name.lastIndex(of: ".").map { extensions.contains(name[$0...].dropFirst().lowercased()) } ?? false
    }

    /// Takes the entry `name` of a folder if it may hold sound, and what is in it if it is a folder.
    private mutating func examine(
        _ path: String, _ name: String, in folder: String, depth: Int
    ) throws(SystemError) {
        let relativePath = folder.isEmpty ? name : "\(folder)/\(name)"
        let parent = FilePath.folder(of: path)
        // Links to folders are not followed: they may form a cycle.
        guard try !Self.status(of: path, followingLinks: false).isFolder else {
            return enter(path, below: relativePath, depth: depth + 1)
        }
        let target = try Self.status(of: path, followingLinks: true)
        guard target.st_mode & S_IFMT == S_IFREG else {
            return pass(path, target.isFolder ? "is a link to a folder" : "is no regular file")
        }
        func file(_ relativePath: String) -> File {
            File(
                path: path, relativePath: relativePath, subgroup: keepsTree ? folder : "",
                byteCount: UInt64(clamping: target.st_size))
        }
        if Self.isNamedAsSound(name) {
            files.append(file(relativePath))
            noteFolder(parent, of: file(relativePath))
        } else if let advice = ForeignFormat.advice(on: name) {
            pass(path, advice)
        } else if keepsSidecars, target.st_size <= Int64(SidecarFile.byteCountLimit) {
            // With a group for each folder, below that group.
            sidecars.append(file(keepsTree ? name : relativePath))
            noteFolder(parent, of: file(relativePath))
        } else {
            pass(path, keepsSidecars ? "is too large for a sidecar" : "is not named as sound or video usually is")
        }
    }

    private mutating func pass(_ path: String, _ reason: String) {
        passedOver.append(PassedOver(path: path, reason: reason))
    }

    private static func status(of path: String, followingLinks: Bool) throws(SystemError) -> stat {
        var status = stat()
        guard path.withFileName({ followingLinks ? stat($0, &status) : lstat($0, &status) }) == 0 else {
            throw SystemError(followingLinks ? "stat" : "lstat", path)
        }
        return status
    }

    /// The names in `folder`, sorted, as far as it can be read, and why it cannot be read to its end.
    private static func names(in folder: String) -> ([String], CommandError?) {
        guard let directory = folder.withFileName({ opendir($0) }) else {
            return ([], CommandError("the folder cannot be read", cause: SystemError("opendir", folder)))
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(fileBytes: bytes.prefix { $0 != 0 })
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
