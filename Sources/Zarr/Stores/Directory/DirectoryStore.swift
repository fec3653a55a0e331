import Glibc
import Support

/// A store that is a directory of the file system: keys are the paths of its files.
///
/// Files are read with pread(2), never mapped: a mapped file that is cut short ends the process. What is changed while the
/// store is open may or may not be seen.
public final class DirectoryStore: Store {
    let root: OwnedDescriptor
    let changes: StoreChanges
    let files = DescriptorCache(limit: 64)

    /// Opens the directory at `path`.
    public convenience init(path: String) throws(StoreError) {
        try self.init(path: path) { _, _ throws(SystemError) in }
    }

    /// Opens the directory at `path`, and calls `observer` before each change that is made to it.
    init(path: String, willChange observer: @escaping StoreChanges.Observer) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError("cannot open the store", key: "", cause: SystemError("open", path))
        }
        root = OwnedDescriptor(descriptor: descriptor)
        changes = StoreChanges(root: root, willChange: observer)
    }

    /// The size of the file `key`; nil where there is none.
    public func size(of key: String) throws(StoreError) -> UInt64? {
        guard let file = try file(key) else { return nil }
        return UInt64(clamping: try status(of: file, key).st_size)
    }

    /// Reads the bytes `range` of the file `key`, with one pread(2) as a rule.
    public func read(
        _ key: String, range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> Bool {
        guard let file = try file(key) else { return false }
        guard let start = Int(exactly: range.lowerBound), Int(exactly: range.upperBound) != nil,
            buffer.count == range.count
        else {
            throw StoreError("bytes \(range) are not a range of \(buffer.count) bytes in a file", key: key)
        }
        var done = 0
        while done < buffer.count {
            let count = pread(
                file.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, start + done)
            if count > 0 {
                done += count
            } else if count == 0 {
                throw StoreError("ends at byte \(start + done), before byte \(range.upperBound)", key: key)
            } else if errno != EINTR {
                throw StoreError("cannot read", key: key, cause: SystemError("pread", key))
            }
        }
        return true
    }

    /// As for every store; symbolic links to directories are not listed, so that walking down a store always ends.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        try check(prefix, isPrefix: true)
        let entries = try FolderEntry.all(in: prefix, of: root) ?? []
        return entries.filter(\.isDirectory).map(\.name).sorted()
    }

    /// What stat(2) says of the file or directory `key`; nil where there is neither.
    public func status(of key: String) throws(StoreError) -> KeyStatus? {
        try check(key, isPrefix: true)
        var status = stat()
        guard fstatat(root.descriptor, key.isEmpty ? "." : key, &status, 0) == 0 else {
            if Self.meansMissing(errno) { return nil }
            throw StoreError("cannot read its times", key: key, cause: SystemError("fstatat", key))
        }
        // The time of the last change cannot be set back, unlike that of the last writing.
        let version = FNV1a(of: [
            UInt64(status.st_dev), UInt64(status.st_ino), UInt64(clamping: status.st_size),
            UInt64(truncatingIfNeeded: status.st_ctim.tv_sec), UInt64(truncatingIfNeeded: status.st_ctim.tv_nsec),
        ])
        return KeyStatus(
            modified: Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec), offsetMinutes: 0),
            version: version.value)
    }

    /// The file of `key`, open; nil where there is none. A directory is none.
    private func file(_ key: String) throws(StoreError) -> OwnedDescriptor? {
        if let file = files.file(key) { return file }
        try check(key, isPrefix: false)
        // O_NONBLOCK: opening a FIFO must not wait for its writer.
        let descriptor = openat(root.descriptor, key, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            if Self.meansMissing(errno) { return nil }
            throw StoreError("cannot open", key: key, cause: SystemError("openat", key))
        }
        let file = OwnedDescriptor(descriptor: descriptor)
        switch try status(of: file, key).st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return nil
        default: throw StoreError("is neither a file nor a directory", key: key)
        }
        files.insert(file, key)
        return file
    }

    private func status(of file: OwnedDescriptor, _ key: String) throws(StoreError) -> stat {
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else {
            throw StoreError("cannot read its size", key: key, cause: SystemError("fstat", key))
        }
        return status
    }

    /// Refuses keys that could name anything but a file below the root.
    func check(_ key: String, isPrefix: Bool) throws(StoreError) {
        if isPrefix, key.isEmpty { return }
        // Of the component at hand: its bytes, and how many of them are dots.
        var (count, dots) = (0, 0)
        var isSafe = true
        for byte in key.utf8 {
            switch byte {
            case UInt8(ascii: "/"):
                isSafe = isSafe && Self.isName(count, dots)
                (count, dots) = (0, 0)
            case 0: isSafe = false
            case UInt8(ascii: "."): (count, dots) = (count + 1, dots + 1)
            default: count += 1
            }
        }
        guard isSafe, Self.isName(count, dots) else { throw StoreError("is not a key", key: key) }
    }

    /// Whether a component of `count` bytes, `dots` of them dots, is neither empty nor a step to elsewhere.
    private static func isName(_ count: Int, _ dots: Int) -> Bool {
        count > 0 && (count > 2 || dots < count)
    }

    static func meansMissing(_ code: Int32) -> Bool {
        code == ENOENT || code == ENOTDIR || code == EISDIR
    }
}
