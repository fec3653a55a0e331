import Glibc
import Support

/// Functions on paths from the command line.
enum FilePath {
    /// `path` as an absolute path, which a change of directory does not affect. Links are not followed.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return "\(String(fileBytes: UnsafeRawBufferPointer(start: directory, count: strlen(directory))))/\(path)"
    }

    /// `path` as an absolute path without links, `.` and `..`; nil, with errno set, if there is no such file.
    static func resolved(_ path: String) -> String? {
        guard let resolved = path.withFileName({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return String(fileBytes: UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }

    /// `path` as an absolute path without links, `.` and `..` as far as there are such files; the rest, which is still to be made, as it is.
    static func resolvedWhereThere(_ path: String) -> String {
        var (existing, rest) = (absolute(path), "")
        while true {
            if let resolved = resolved(existing) { return resolved + rest }
            guard let slash = existing.lastIndex(of: "/") else { return existing + rest }
            rest = existing[slash...] + rest
            existing = String(existing[..<slash])
        }
    }

    /// The path of the folder that the file at `path` is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The folder in which a file is made if `path` is written to. A link to a file stays one.
    static func folderOfWriting(_ path: String) -> String { folder(of: resolved(path) ?? absolute(path)) }

    /// Whether `path` is `directory` or inside it. Both must be resolved.
    static func lies(_ path: String, in directory: String) -> Bool {
        path == directory || directory == "/" || path.hasPrefix("\(directory)/")
    }
}
