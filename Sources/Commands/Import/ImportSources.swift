import Glibc
import Support

/// The files to import: those that the command line names, and those in folders that it names.
struct ImportSources: Sendable {
    struct File: Sendable {
        let path: String
        /// The group that it is imported into, by its path below the target; empty for the target itself.
        let subgroup: String
        let byteCount: UInt64
    }

    /// The files, in the order of the command line; those of a folder are sorted by name.
    private(set) var files: [File] = []
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
    init(_ paths: some Sequence<String>, keepsTree: Bool) throws(CommandError) {
        self.keepsTree = keepsTree
        for path in paths {
            let status = Self.status(of: path, followingLinks: true)
            if status.map({ $0.st_mode & S_IFMT == S_IFDIR }) == true {
                try enter(path, subgroup: "", depth: 0)
            } else {
                files.append(File(path: path, subgroup: "", byteCount: UInt64(clamping: status?.st_size ?? 0)))
            }
        }
    }

    /// Bytes of all files together.
    var byteCount: UInt64 { files.reduce(0) { $0.adding($1.byteCount) ?? .max } }

    private mutating func enter(_ folder: String, subgroup: String, depth: Int) throws(CommandError) {
        guard depth < Self.maximumDepth else { throw CommandError("\(folder): folders lie too deep") }
        for name in try Self.names(in: folder) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
            // Links to folders are not followed: they may form a cycle.
            guard let status = Self.status(of: path, followingLinks: false) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                let below = subgroup.isEmpty ? name : "\(subgroup)/\(name)"
                try enter(path, subgroup: keepsTree ? below : "", depth: depth + 1)
            } else if let dot = name.lastIndex(of: "."),
                Self.extensions.contains(name[dot...].dropFirst().lowercased()),
                let target = Self.status(of: path, followingLinks: true), target.st_mode & S_IFMT == S_IFREG
            {
                files.append(File(path: path, subgroup: subgroup, byteCount: UInt64(clamping: target.st_size)))
            } else {
                passedOver += 1
            }
        }
    }

    private static func status(of path: String, followingLinks: Bool) -> stat? {
        var status = stat()
        return (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 ? status : nil
    }

    private static func names(in folder: String) throws(CommandError) -> [String] {
        guard let directory = opendir(folder) else {
            throw CommandError("the folder cannot be read", cause: SystemError("opendir", folder))
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
