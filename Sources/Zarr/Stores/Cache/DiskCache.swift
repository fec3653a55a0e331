import Glibc
import Support
import Synchronization

/// Blocks of the values of remote stores, kept on disk in a folder that several processes share.
///
/// Each block is a file, which is written under another name and then renamed, and which begins with a checksum of what it is and what it
/// has. So whatever happens to the folder at any time, a block that is returned has the bytes that it was kept with. What cannot be kept is
/// not: nothing here fails.
public final class DiskCache: Sendable {
    private let folder: String
    private let byteLimit: UInt64
    private let fileNumber = Atomic(0)
    /// Bytes of all files, as far as this process knows; nil before it has looked.
    private let byteCount = Mutex<UInt64?>(nil)
    /// Held while files are removed.
    private let trimming = Mutex(())

    /// A block that was used is marked so once in that many seconds.
    private static let markSeconds = 600
    /// After that many seconds a file that is being written belongs to a process that is gone.
    private static let abandonedSeconds = 3_600

    /// The cache in `folder`, which is made if it is not there, of about `byteLimit` bytes at most. Throws if it cannot be made.
    public init(folder: String, byteLimit: UInt64) throws(SystemError) {
        self.folder = folder
        self.byteLimit = byteLimit
        var path = folder.hasPrefix("/") ? "" : "."
        for name in folder.split(separator: "/") {
            path += "/\(name)"
            guard path.withFileName({ mkdir($0, 0o700) }) == 0 || errno == EEXIST else {
                throw SystemError("mkdir", path)
            }
        }
    }

    // MARK: - Blocks

    /// The bytes of `block`; nil if they are not here, or are not what was kept.
    func bytes(of block: DiskBlock) -> Block? {
        guard let digest = block.digest, let file = open(path(digest), O_RDONLY) else { return nil }
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { return nil }
        let count = Int(clamping: block.range.upperBound - block.range.lowerBound)
        guard Int(status.st_size) == Self.headByteCount + count else { return nil }
        var head = [UInt8](repeating: 0, count: Self.headByteCount)
        guard head.withUnsafeMutableBytes({ read(file, into: $0) }), let memory = BlockMemory.take(count) else {
            return nil
        }
        let kept = Block(adopting: memory)
        guard read(file, into: memory), head == Self.head(digest, UnsafeRawBufferPointer(memory)) else { return nil }
        if Int(status.st_mtim.tv_sec) < time(nil) - Self.markSeconds { futimens(file.descriptor, nil) }
        return kept
    }

    /// Keeps `bytes`, which are those of `block`.
    func keep(_ bytes: UnsafeRawBufferPointer, of block: DiskBlock) {
        guard let digest = block.digest else { return }
        let temporary = "\(folder)/\(getpid())-\(fileNumber.add(1, ordering: .relaxed).newValue)\(Self.temporaryEnding)"
        guard let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL) else { return }
        let isWritten = Self.head(digest, bytes).withUnsafeBytes { write(file, $0) } && write(file, bytes)
        let path = path(digest)
        guard isWritten, rename(temporary, path) || makeFolder(of: path) && rename(temporary, path) else {
            _ = temporary.withFileName { unlink($0) }
            return
        }
        count(UInt64(Self.headByteCount + bytes.count))
    }

    // MARK: - Files

    private static let temporaryEnding = ".tmp"
    /// Bytes before those of the block.
    private static let headByteCount = 16

    /// What a file begins with: what it is, how many bytes follow, and the checksum of both.
    private static func head(_ digest: [UInt8], _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let checksums = [digest.withUnsafeBytes { CRC32C.checksum(of: $0) }, CRC32C.checksum(of: bytes)]
        return Array("zwlblk1\n".utf8)
            + checksums.flatMap { checksum in (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) } }
    }

    /// The path of the file of the block with `digest`: in one of 256 folders.
    private func path(_ digest: [UInt8]) -> String {
        let name = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(folder)/\(name.prefix(2))/\(name.dropFirst(2))"
    }

    private func open(_ path: String, _ flags: Int32) -> OwnedDescriptor? {
        let descriptor = path.withFileName { Glibc.open($0, flags | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        return descriptor < 0 ? nil : OwnedDescriptor(descriptor: descriptor)
    }

    private func rename(_ old: String, _ new: String) -> Bool {
        old.withFileName { old in new.withFileName { Glibc.rename(old, $0) } } == 0
    }

    private func makeFolder(of path: String) -> Bool {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        return String(path[..<end]).withFileName { mkdir($0, 0o700) } == 0 || errno == EEXIST
    }

    /// Reads what comes next into all of `buffer`; false if there is less, or if it cannot be read.
    private func read(_ file: OwnedDescriptor, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = Glibc.read(
                file.descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func write(_ file: OwnedDescriptor, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(file.descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: - Size

    /// Counts a file of `added` bytes, and removes others if there are too many.
    private func count(_ added: UInt64) {
        let isTooLarge = byteCount.withLock { count in
            count = count.map { $0.adding(added) ?? .max }
            return count.map { $0 > byteLimit } ?? true
        }
        guard isTooLarge else { return }
        // One thread removes, and nobody waits for it.
        _ = trimming.withLockIfAvailable { _ in
            let left = trim()
            byteCount.withLock { $0 = left }
        }
    }

    /// A file of the folder.
    private struct Kept {
        let path: String
        let byteCount: UInt64
        /// When it was last used, in seconds since 1970.
        let used: Int
    }

    /// Removes the files that were used least recently until a tenth of the room is free, if there are too many. Returns the bytes of those
    /// that are left: other processes keep and remove files, too.
    private func trim() -> UInt64 {
        let files = names(in: folder).flatMap { name -> [Kept] in
            guard !name.hasSuffix(Self.temporaryEnding) else {
                if let file = kept("\(folder)/\(name)"), file.used < time(nil) - Self.abandonedSeconds { remove(file) }
                return []
            }
            return names(in: "\(folder)/\(name)").compactMap { kept("\(folder)/\(name)/\($0)") }
        }
        var sum = files.reduce(0) { $0.adding($1.byteCount) ?? .max }
        guard sum > byteLimit else { return sum }
        for file in files.sorted(by: { $0.used < $1.used }) {
            guard sum > byteLimit - byteLimit / 10 else { break }
            remove(file)
            sum = sum.subtracting(file.byteCount) ?? 0
        }
        return sum
    }

    private func remove(_ file: Kept) { _ = file.path.withFileName { unlink($0) } }

    private func kept(_ path: String) -> Kept? {
        var status = stat()
        guard path.withFileName({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Kept(path: path, byteCount: UInt64(clamping: status.st_size), used: Int(status.st_mtim.tv_sec))
    }

    /// The names in the folder at `path`; none if it is no folder.
    private func names(in path: String) -> [String] {
        guard let folder = path.withFileName({ opendir($0) }) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
