import Glibc
import Support

/// A store that is a directory of the file system: keys are the paths of its files.
///
/// Files are read with pread(2), never mapped: a mapped file that is truncated ends the process.
public final class DirectoryStore: Store {
    let root: StoreFolder
    let changes: StoreChanges
    let files = DescriptorCache(limit: openFileLimit)

    /// The most files that are kept open: a fraction of what the process may open.
    private static let openFileLimit: Int = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 16 }
        return max(4, Int(clamping: min(limit.rlim_cur / 8, 64)))
    }()

    /// Opens the directory at `path`. Symbolic links in it may lead out of it to `targets` only.
    public convenience init(path: String, targets: LinkTargets = LinkTargets()) throws(StoreError) {
        try self.init(path: path, targets: targets) { _, _ throws(SystemError) in }
    }

    /// Opens the directory at `path`, and calls `observer` before each change that is made to it.
    init(
        path: String, targets: LinkTargets = LinkTargets(), willChange observer: @escaping StoreChanges.Observer
    ) throws(StoreError) {
        let descriptor = path.withFileName { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            throw StoreError("cannot open the store", key: "", system: SystemError("open", path))
        }
        root = StoreFolder(OwnedDescriptor(descriptor: descriptor), targets: targets)
        changes = StoreChanges(root: root, willChange: observer)
    }

    /// Reads a part of the file `key`: of a file that is open already with one pread(2), as a rule. All bytes are of the version that is
    /// returned, as far as the file system's times show it.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let (opened, isNew) = try file(key) else { return nil }
        // A file that was opened earlier may have another size by now. A range that lay within it is read all the same.
        var file = isNew || part.isRange(within: opened.info.size) ? opened : try opened.refreshed(key)
        var range = try part.range(of: file.info.size, key)
        let buffer = memory(range.count)
        for _ in 0..<Self.maximumAttempts {
            let count: Int
            do throws(StoreError) {
                // No file is longer than Int.max.
                count = try file.read(from: Int(clamping: range.lowerBound), into: buffer, key)
            } catch {
                // On a network file system, the descriptor may be of no use any more, and the file may be there again.
                files.remove(key)
                throw error
            }
            if count == buffer.count, !file.hasChanged { return file.info }
            files.remove(key)
            guard let (again, _) = try self.file(key) else { return nil }
            file = again
            range = try part.range(of: file.info.size, key)
            guard range.count == buffer.count else { break }
        }
        throw StoreError(.changed, "changed while it was read", key: key)
    }

    /// Has the kernel read the parts of files that are open already: opening one takes longer than it saves.
    public func expect(_ requests: [ValueRequest]) {
        for request in requests {
            guard case .range(let range) = request.part else { continue }
            files.file(request.key)?.expect(range)
        }
    }

    /// How often a file is read that changes while it is read.
    private static let maximumAttempts = 3

    /// As for every store: a descriptor stays with its file if a folder above that is renamed.
    public func forget() { files.removeAll() }

    /// As for every store: what other processes of this machine change is noticed.
    public func watch() throws(StoreError) -> (any StoreWatch)? { try FolderWatch(root) }

    /// As for every store. Symbolic links to directories are not listed, so that a walk down the store always ends.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        try check(prefix, isPrefix: true)
        let entries = try FolderEntry.all(in: prefix, of: root) ?? []
        return entries.filter(\.isDirectory).map(\.name).sorted()
    }

    /// What stat(2) says of the file or directory `key`; nil if there is neither.
    public func status(of key: String) throws(StoreError) -> KeyStatus? {
        try check(key, isPrefix: true)
        guard let status = root.status(of: key) else {
            if Self.meansMissing(errno) { return nil }
            throw StoreError(reading: key, "cannot read its times", system: SystemError("openat2", key))
        }
        return KeyStatus(
            modified: Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec), offsetMinutes: 0),
            version: status.version)
    }

    /// The file of `key`, open, and whether it was opened by this call; nil if there is none. A directory is none.
    private func file(_ key: String) throws(StoreError) -> (file: ReadableFile, isNew: Bool)? {
        if let file = files.file(key) { return (file, false) }
        try check(key, isPrefix: false)
        guard let (descriptor, status) = openFile(key) else {
            if Self.meansMissing(errno) { return nil }
            throw StoreError(reading: key, "cannot open", system: SystemError("openat2", key))
        }
        let file = ReadableFile(descriptor, status)
        files.insert(file, key)
        return (file, true)
    }

    /// The file of `key`, opened; nil with errno set if that fails. If there are too many open files, those that are kept open are closed.
    private func openFile(_ key: String) -> (file: OwnedDescriptor, status: stat)? {
        if let opened = root.openFile(key) { return opened }
        guard errno == EMFILE || errno == ENFILE else { return nil }
        files.removeAll()
        return root.openFile(key)
    }

    /// Refuses a key that could name something other than a file below the root.
    func check(_ key: String, isPrefix: Bool) throws(StoreError) {
        if isPrefix, key.isEmpty { return }
        // Of the current component: its bytes, and how many of them are dots.
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
        guard isSafe, Self.isName(count, dots) else { throw StoreError(.failed, "is not a key", key: key) }
    }

    /// Whether a component of `count` bytes, `dots` of which are dots, is neither empty nor `.` or `..`.
    private static func isName(_ count: Int, _ dots: Int) -> Bool {
        count > 0 && (count > 2 || dots < count)
    }

    static func meansMissing(_ code: Int32) -> Bool {
        code == ENOENT || code == ENOTDIR || code == EISDIR
    }
}
