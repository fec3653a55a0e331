import Glibc
public import Support
import Synchronization

/// Blocks of the values of remote stores, kept on disk in a folder that several processes share.
///
/// Each block is a file, which begins with a checksum of what it is and what it has. A file has one writer, and is replaced by being removed
/// first. So whatever happens to the folder at any time, a block that is returned has the bytes that it was kept with. What cannot be kept is
/// not: nothing here fails. A process that may only make, read, write and remove files in the folder can do all of this.
public final class DiskCache: Sendable {
    private let folder: String
    private let byteLimit: UInt64
    /// How many bytes may be added before this process looks how many there are; 0 before it has looked.
    private let unseen = Mutex<UInt64>(0)
    /// Held while files are removed.
    private let trimming = Mutex(())

    /// A block that was used is marked so once in that many seconds.
    private static let markSeconds = 600

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
        guard folder.withFileName({ access($0, R_OK | W_OK | X_OK) }) == 0 else { throw SystemError("access", folder) }
    }

    // MARK: - Blocks

    /// The bytes of `block`; nil if they are not here, or are not what was kept.
    func bytes(of block: DiskBlock) -> Block? {
        guard let digest = block.digest, let file = open(path(digest), O_RDWR) else { return nil }
        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { return nil }
        let count = Int(clamping: block.range.upperBound - block.range.lowerBound)
        guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == Self.headByteCount + count else { return nil }
        var head = [UInt8](repeating: 0, count: Self.headByteCount)
        guard head.withUnsafeMutableBytes({ read(file, into: $0) }), let memory = BlockMemory.take(count) else {
            return nil
        }
        let kept = Block(adopting: memory)
        guard read(file, into: memory), head == Self.head(digest, UnsafeRawBufferPointer(memory)) else { return nil }
        if Int(status.st_mtim.tv_sec) < time(nil) - Self.markSeconds { mark(file) }
        return kept
    }

    /// Keeps `bytes`, which are those of `block`.
    func keep(_ bytes: UnsafeRawBufferPointer, of block: DiskBlock) {
        guard let digest = block.digest else { return }
        let path = path(digest)
        var file = open(path, O_WRONLY | O_CREAT | O_EXCL)
        if file == nil, errno == EEXIST {
            // It is damaged, or another process writes it just now, which then does so to a file without a name.
            remove(path)
            file = open(path, O_WRONLY | O_CREAT | O_EXCL)
        }
        guard let file else { return }
        guard Self.head(digest, bytes).withUnsafeBytes({ write(file, $0) }), write(file, bytes) else {
            return remove(path)
        }
        count(UInt64(Self.headByteCount + bytes.count))
    }

    // MARK: - Files

    private static let magic = Array("zwlblk1\n".utf8)
    /// Bytes before those of the block.
    private static let headByteCount = magic.count + 8

    /// Removes `block`, if it is here.
    func remove(_ block: DiskBlock) {
        if let digest = block.digest { remove(path(digest)) }
    }

    /// What a file begins with: its kind, and the checksums of which block it is and of its bytes.
    private static func head(_ digest: [UInt8], _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let checksums = [digest.withUnsafeBytes { CRC32C.checksum(of: $0) }, CRC32C.checksum(of: bytes)]
        return magic
            + checksums.flatMap { checksum in (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) } }
    }

    /// The path of the file of the block with `digest`.
    private func path(_ digest: [UInt8]) -> String { "\(folder)/\(digest.hexadecimal)" }

    private func open(_ path: String, _ flags: Int32) -> OwnedDescriptor? {
        let descriptor = path.withFileName { Glibc.open($0, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600) }
        return descriptor < 0 ? nil : OwnedDescriptor(descriptor: descriptor)
    }

    /// Marks the file as used now: what is written does not change it.
    private func mark(_ file: OwnedDescriptor) {
        _ = Self.magic.prefix(1).withUnsafeBytes { pwrite(file.descriptor, $0.baseAddress, $0.count, 0) }
    }

    private func remove(_ path: String) { _ = path.withFileName { unlink($0) } }

    /// Reads what comes next into all of `buffer`; false if there is less, or if it cannot be read.
    private func read(_ file: OwnedDescriptor, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        var rest = buffer[...]
        while !rest.isEmpty {
            let part = UnsafeMutableRawBufferPointer(rebasing: rest)
            let count = Glibc.read(file.descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func write(_ file: OwnedDescriptor, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(file.descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: - Size

    /// Counts a file of `added` bytes. After a sixteenth of the limit, since other processes add files, too, it looks how many there are, and
    /// removes some if there are too many.
    private func count(_ added: UInt64) {
        let isDue = unseen.withLock { unseen in
            guard let rest = unseen.subtracting(added) else { return true }
            unseen = rest
            return false
        }
        guard isDue else { return }
        // One thread removes, and nobody waits for it.
        _ = trimming.withLockIfAvailable { _ in
            let left = trim()
            unseen.withLock { $0 = max(min(byteLimit / 16, byteLimit.subtracting(left) ?? 0), byteLimit / 64) }
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
    /// that are left.
    private func trim() -> UInt64 {
        let files = names().compactMap { kept("\(folder)/\($0)") }
        var sum = files.reduce(UInt64(0)) { $0.adding($1.byteCount) ?? .max }
        guard sum > byteLimit else { return sum }
        for file in files.sorted(by: { $0.used < $1.used }) {
            guard sum > byteLimit - byteLimit / 10 else { break }
            remove(file.path)
            sum = sum.subtracting(file.byteCount) ?? 0
        }
        return sum
    }

    /// The file at `path`; nil if it is none of the cache.
    private func kept(_ path: String) -> Kept? {
        var status = stat()
        guard path.withFileName({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Kept(path: path, byteCount: UInt64(clamping: status.st_size), used: Int(status.st_mtim.tv_sec))
    }

    /// The names in the folder that files of the cache have: nothing else is removed, whatever folder the user has named.
    private func names() -> [String] {
        guard let folder = folder.withFileName({ opendir($0) }) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Self.isName(name) { names.append(name) }
        }
        return names
    }

    /// Whether it is a SHA-256 in hexadecimal.
    private static func isName(_ name: String) -> Bool {
        name.utf8.count == 64
            && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
