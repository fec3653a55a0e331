import Glibc

/// Paths as the command line gives them.
enum FilePath {
    /// `path` from the root, so that it means the same after a change of directory. Links are not followed.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return "\(String(cString: directory))/\(path)"
    }

    /// `path` from the root, without links, `.` and `..`; nil (and errno set) where there is no such file.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether `path` is `directory` or lies in it; both resolved.
    static func lies(_ path: String, in directory: String) -> Bool {
        path == directory || directory == "/" || path.hasPrefix("\(directory)/")
    }
}
