import Glibc

/// How much of the disk a part of a store takes.
enum FolderSize {
    /// Folders nested deeper than this are not entered.
    private static let maximumDepth = 64

    /// Bytes of all files in the folder at `path` and below; what cannot be read counts nothing, links are not followed.
    static func byteCount(of path: String) -> UInt64 {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        return byteCount(ofOpen: descriptor, depth: 0)
    }

    /// As above, of the folder open as `descriptor`, which is closed.
    private static func byteCount(ofOpen descriptor: Int32, depth: Int) -> UInt64 {
        guard depth < maximumDepth, let directory = fdopendir(descriptor) else {
            close(descriptor)
            return 0
        }
        defer { closedir(directory) }
        var sum: UInt64 = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) + [0] }
            guard name != Array(".\0".utf8), name != Array("..\0".utf8) else { continue }
            name.withUnsafeBufferPointer { name in
                name.withMemoryRebound(to: CChar.self) { name in
                    guard let name = name.baseAddress else { return }
                    sum &+= byteCount(of: name, in: descriptor, depth: depth)
                }
            }
        }
        return sum
    }

    private static func byteCount(of name: UnsafePointer<CChar>, in directory: Int32, depth: Int) -> UInt64 {
        var status = stat()
        guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return UInt64(clamping: status.st_size)
        case S_IFDIR:
            let descriptor = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            return descriptor < 0 ? 0 : byteCount(ofOpen: descriptor, depth: depth + 1)
        default: return 0
        }
    }
}
