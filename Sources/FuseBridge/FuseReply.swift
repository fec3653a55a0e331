import CFuse
import Glibc
import Support
import VirtualFS

/// Answers `request` by `body`, or with the errno of what `body` throws, and counts it as one of `kind`. If that is
/// nil, `body` counts it. What `body` does is cancelled if the process that asked is interrupted, or if the session ends.
func answer(_ request: fuse_req_t?, _ kind: RequestKind?, _ body: (Volume) throws(VirtualFSError) -> Void) {
    guard let request, let userdata = fuse_req_userdata(request) else { return }
    let system = Unmanaged<FuseFileSystem>.fromOpaque(userdata).takeUnretainedValue()
    if let kind { system.volume.count(kind) }
    let pending = PendingRequest(request: request, session: system.session)
    do throws(VirtualFSError) {
        try Cancellation(began: .now) { pending.cancellation }.run { () throws(VirtualFSError) in
            guard kind?.isKept == true else { return try body(system.volume) }
            try system.volume.answering { () throws(VirtualFSError) in try body(system.volume) }
        }
    } catch {
        fuse_reply_err(request, error.errno)
    }
}

extension RequestKind {
    /// Whether the kernel may keep the answer.
    fileprivate var isKept: Bool {
        switch self {
        case .lookup, .getattr, .open, .opendir, .readdir, .readdirplus: true
        default: false
        }
    }
}

/// A request that has no reply yet.
///
/// @unchecked: libfuse's functions may be called from any thread, and are called only while the request is being answered.
private struct PendingRequest: @unchecked Sendable {
    let request: fuse_req_t
    let session: FuseFileSystem.Session?

    /// Why it need not be answered.
    var cancellation: Cancellation.Reason? {
        if session?.hasEnded == true { return .ended }
        return fuse_req_interrupted(request) != 0 ? .interrupted : nil
    }
}

/// Replies with the bytes of `slices`, directly from their blocks.
func replySlices(_ request: fuse_req_t?, _ slices: [BlockSlice]) {
    // The kernel takes no more than 1024 pieces (UIO_MAXIOV), one of which is libfuse's header.
    guard slices.count < 1024 else { return replySlices(request, [joined(slices)]) }
    withExtendedLifetime(slices) {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: slices.count) { pieces in
            for (index, slice) in slices.enumerated() {
                let piece = iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: slice.bytes.baseAddress), iov_len: slice.count)
                pieces.initializeElement(at: index, to: piece)
            }
            _ = fuse_reply_iov(request, pieces.baseAddress, Int32(slices.count))
        }
    }
}

/// All bytes of `slices` in one block.
func joined(_ slices: [BlockSlice]) -> BlockSlice {
    BlockSlice(
        Block(count: slices.reduce(0) { $0 + $1.count }) { bytes in
            var position = 0
            for slice in slices {
                UnsafeMutableRawBufferPointer(rebasing: bytes[position...]).copyMemory(from: slice.bytes)
                position += slice.count
            }
        })
}

/// Replies with as many entries of the open directory `info` as fit in `size` bytes, from `position` on.
func replyEntries(
    _ request: fuse_req_t?, of info: UnsafeMutablePointer<fuse_file_info>?, size: Int, from position: off_t,
    withAttributes: Bool
) {
    answer(request, withAttributes ? .readdirplus : .readdir) { volume throws(VirtualFSError) in
        guard let info, size >= 0, let position = UInt64(exactly: position) else { throw .invalid }
        var used = 0
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: size)
        defer { buffer.deallocate() }
        try volume.forEachEntry(ofOpen: info.pointee.fh, from: position) { entry in
            let rest = UnsafeMutableBufferPointer(rebasing: buffer[used...])
            let needed = add(entry, to: rest, for: request, withAttributes: withAttributes)
            guard needed <= rest.count else { return false }
            used += needed
            return true
        }
        fuse_reply_buf(request, buffer.baseAddress, used)
    }
}

/// Writes `entry` to `buffer` if it fits, and returns how many bytes it needs.
private func add(
    _ entry: DirectoryEntry, to buffer: UnsafeMutableBufferPointer<CChar>, for request: fuse_req_t?,
    withAttributes: Bool
) -> Int {
    let next = off_t(clamping: entry.next)
    return (entry.name + [0]).withUnsafeBytes { name in
        let name = name.assumingMemoryBound(to: CChar.self).baseAddress
        if withAttributes {
            var parameters = fuse_entry_param()
            parameters.set(entry.attributes)
            return fuse_add_direntry_plus(request, buffer.baseAddress, buffer.count, name, &parameters, next)
        }
        var attributes = stat(entry.attributes)
        return fuse_add_direntry(request, buffer.baseAddress, buffer.count, name, &attributes, next)
    }
}

/// Replies with `value`, or, if `capacity` is zero, with its size. See getxattr(2).
func replyExtendedAttribute(_ request: fuse_req_t?, _ value: [UInt8], capacity: Int) throws(VirtualFSError) {
    guard capacity > 0 else {
        fuse_reply_xattr(request, value.count)
        return
    }
    guard value.count <= capacity else { throw .bufferTooSmall }
    value.withUnsafeBytes { bytes in
        _ = fuse_reply_buf(request, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
    }
}

extension Inode {
    /// The volume's inode for libfuse's.
    init(_ inode: fuse_ino_t) {
        self.init(rawValue: UInt64(inode))
    }
}

extension fuse_entry_param {
    /// Makes it the entry of a file with `attributes`.
    mutating func set(_ attributes: FileAttributes) {
        ino = fuse_ino_t(attributes.inode.rawValue)
        // The kernel takes the root for one of generation 0, and file handles have the generation.
        generation = attributes.inode == .root ? 0 : 1
        attr = stat(attributes)
        attr_timeout = attributes.caching.attributeSeconds
        entry_timeout = attributes.caching.nameSeconds
    }
}

extension stat {
    /// What stat(2) gives for `attributes`.
    init(_ attributes: FileAttributes) {
        let time = timespec(tv_sec: Int(attributes.modified.seconds), tv_nsec: Int(attributes.modified.nanoseconds))
        self.init()
        st_ino = ino_t(attributes.inode.rawValue)
        st_mode = (attributes.isDirectory ? S_IFDIR : S_IFREG) | attributes.permissions
        st_nlink = numericCast(attributes.linkCount)
        st_uid = attributes.owner
        st_gid = attributes.group
        st_size = off_t(clamping: attributes.size)
        st_blocks = blkcnt_t(clamping: attributes.blockCount)
        st_blksize = 4096
        st_mtim = time
        st_ctim = time
        st_atim = time
    }
}

extension statvfs {
    /// What statvfs(3) gives for `statistics`.
    init(_ statistics: VolumeStatistics) {
        self.init()
        f_bsize = UInt(statistics.blockSize)
        f_frsize = UInt(statistics.blockSize)
        f_blocks = fsblkcnt_t(statistics.blockCount)
        f_files = fsfilcnt_t(statistics.fileCount)
        f_namemax = UInt(statistics.maximumNameByteCount)
    }
}
