import CFuse
import Glibc
import VirtualFS

/// libfuse's table of the functions that answer requests. See fuse_lowlevel.h for their arguments and for the replies
/// they must send.
///
/// Operations that are not in the table are done by the kernel: flush, fsync, locks, ioctl (ENOTTY), poll, and lseek
/// for data and holes (a file is all data).
func fuseOperations() -> fuse_lowlevel_ops {
    var operations = fuse_lowlevel_ops()
    operations.`init` = { userdata, connection in
        guard let userdata, let connection else { return }
        Unmanaged<FuseFileSystem>.fromOpaque(userdata).takeUnretainedValue().start(&connection.pointee)
    }
    operations.lookup = lookUp
    operations.forget = { request, inode, count in forget(request, [(inode, count)]) }
    operations.forget_multi = { request, count, forgotten in
        forget(request, UnsafeBufferPointer(start: forgotten, count: count).map { ($0.ino, $0.nlookup) })
    }
    operations.getattr = getAttributes
    operations.access = checkAccess
    operations.open = openFile
    operations.read = readFile
    operations.release = releaseFile
    operations.opendir = openDirectory
    operations.readdir = { request, _, size, position, info in
        replyEntries(request, of: info, size: size, from: position, withAttributes: false)
    }
    operations.readdirplus = { request, _, size, position, info in
        replyEntries(request, of: info, size: size, from: position, withAttributes: true)
    }
    operations.releasedir = releaseDirectory
    operations.statfs = replyStatistics
    operations.getxattr = getExtendedAttribute
    operations.listxattr = listExtendedAttributes
    operations.readlink = { request, _ in
        answer(request, .readlink) { _ throws(VirtualFSError) in throw .invalid }
    }
    refuseWriting(&operations)
    return operations
}

/// Everything that would write is answered by EROFS, even if the mount is not marked read-only.
private func refuseWriting(_ operations: inout fuse_lowlevel_ops) {
    operations.setattr = { request, _, _, _, _ in replyReadOnly(request) }
    operations.mknod = { request, _, _, _, _ in replyReadOnly(request) }
    operations.mkdir = { request, _, _, _ in replyReadOnly(request) }
    operations.unlink = { request, _, _ in replyReadOnly(request) }
    operations.rmdir = { request, _, _ in replyReadOnly(request) }
    operations.symlink = { request, _, _, _ in replyReadOnly(request) }
    operations.rename = { request, _, _, _, _, _ in replyReadOnly(request) }
    operations.link = { request, _, _, _ in replyReadOnly(request) }
    operations.create = { request, _, _, _, _ in replyReadOnly(request) }
    operations.write = { request, _, _, _, _, _ in replyReadOnly(request) }
    operations.setxattr = { request, _, _, _, _, _ in replyReadOnly(request) }
    operations.removexattr = { request, _, _ in replyReadOnly(request) }
    operations.fallocate = { request, _, _, _, _, _ in replyReadOnly(request) }
    operations.copy_file_range = { request, _, _, _, _, _, _, _, _ in replyReadOnly(request) }
}

private func replyReadOnly(_ request: fuse_req_t?) {
    answer(request, .write) { _ throws(VirtualFSError) in throw .readOnly }
}

/// The kernel has forgotten inodes, each from so many look-ups. It expects no answer.
private func forget(_ request: fuse_req_t?, _ forgotten: [(inode: fuse_ino_t, count: UInt64)]) {
    answer(request, .forget) { volume in
        for (inode, count) in forgotten { volume.forget(Inode(inode), count: count) }
        fuse_reply_none(request)
    }
}

private func lookUp(_ request: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?) {
    answer(request, .lookup) { volume throws(VirtualFSError) in
        guard let name = name.map(bytes) else { throw .invalid }
        var entry = fuse_entry_param()
        do throws(VirtualFSError) {
            entry.set(try volume.lookup(name, in: Inode(parent)))
        } catch .notFound {
            // An entry without an inode tells the kernel to remember that there is none.
            entry.entry_timeout = try volume.absenceSeconds(of: name, in: Inode(parent))
        }
        // If the process that asked has been interrupted meanwhile, the kernel does not know the inode.
        if fuse_reply_entry(request, &entry) != 0, entry.ino != 0 { volume.forget(Inode(entry.ino), count: 1) }
    }
}

private func getAttributes(
    _ request: fuse_req_t?, _ inode: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
    answer(request, .getattr) { volume throws(VirtualFSError) in
        let attributes = try volume.attributes(of: Inode(inode))
        var reply = stat(attributes)
        fuse_reply_attr(request, &reply, attributes.caching.attributeSeconds)
    }
}

private func checkAccess(_ request: fuse_req_t?, _ inode: fuse_ino_t, _ mask: Int32) {
    answer(request, .access) { volume throws(VirtualFSError) in
        try volume.checkAccess(to: Inode(inode), writing: mask & W_OK != 0, executing: mask & X_OK != 0)
        fuse_reply_err(request, 0)
    }
}

private func openFile(_ request: fuse_req_t?, _ inode: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    var unanswered: (volume: Volume, handle: UInt64)?
    answer(request, .open) { volume throws(VirtualFSError) in
        guard let info else { throw .invalid }
        let caching = try volume.caching(of: Inode(inode))
        let handle = try volume.open(Inode(inode), writing: info.pointee.flags & O_ACCMODE != O_RDONLY)
        info.pointee.fh = handle
        info.pointee.direct_io = caching.isDirect ? 1 : 0
        let isSame = try volume.keepsContent(handle)
        info.pointee.keep_cache = caching.keepsContent && isSame ? 1 : 0
        info.pointee.noflush = 1
        if fuse_reply_open(request, info) != 0 { unanswered = (volume, handle) }
    }
    // If the opener has been interrupted meanwhile, nobody will release the handle.
    if let unanswered { try? unanswered.volume.release(unanswered.handle) }
}

private func readFile(
    _ request: fuse_req_t?, _ inode: fuse_ino_t, _ size: Int, _ offset: off_t,
    _ info: UnsafeMutablePointer<fuse_file_info>?
) {
    answer(request, nil) { volume throws(VirtualFSError) in
        guard let info, let offset = UInt64(exactly: offset), let size = UInt64(exactly: size) else { throw .invalid }
        try volume.answerRead(info.pointee.fh, offset: offset, size: size) { replySlices(request, $0) }
    }
}

private func releaseFile(_ request: fuse_req_t?, _ inode: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?) {
    answer(request, .release) { volume throws(VirtualFSError) in
        guard let info else { throw .invalid }
        try volume.release(info.pointee.fh)
        fuse_reply_err(request, 0)
    }
}

private func openDirectory(
    _ request: fuse_req_t?, _ inode: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
    var unanswered: (volume: Volume, handle: UInt64)?
    answer(request, .opendir) { volume throws(VirtualFSError) in
        guard let info else { throw .invalid }
        let handle = try volume.openDirectory(Inode(inode))
        info.pointee.fh = handle
        // What is read of a directory goes into the kernel's cache as it is read: names that are gone would still get into it when the
        // kernel has been told to forget them.
        let keepsContent = try volume.caching(of: Inode(inode)).keepsContent && !volume.isLiving
        info.pointee.keep_cache = keepsContent ? 1 : 0
        info.pointee.cache_readdir = keepsContent ? 1 : 0
        if fuse_reply_open(request, info) != 0 { unanswered = (volume, handle) }
    }
    if let unanswered { try? unanswered.volume.releaseDirectory(unanswered.handle) }
}

private func releaseDirectory(
    _ request: fuse_req_t?, _ inode: fuse_ino_t, _ info: UnsafeMutablePointer<fuse_file_info>?
) {
    answer(request, .releasedir) { volume throws(VirtualFSError) in
        guard let info else { throw .invalid }
        try volume.releaseDirectory(info.pointee.fh)
        fuse_reply_err(request, 0)
    }
}

private func replyStatistics(_ request: fuse_req_t?, _ inode: fuse_ino_t) {
    answer(request, .statfs) { volume throws(VirtualFSError) in
        var statistics = statvfs(volume.statistics)
        fuse_reply_statfs(request, &statistics)
    }
}

private func getExtendedAttribute(
    _ request: fuse_req_t?, _ inode: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ size: Int
) {
    answer(request, .getxattr) { volume throws(VirtualFSError) in
        guard let name else { throw .invalid }
        let value = try volume.extendedAttribute(String(cString: name), of: Inode(inode))
        try replyExtendedAttribute(request, value, capacity: size)
    }
}

private func listExtendedAttributes(_ request: fuse_req_t?, _ inode: fuse_ino_t, _ size: Int) {
    answer(request, .listxattr) { volume throws(VirtualFSError) in
        let names = try volume.extendedAttributeNames(of: Inode(inode)).flatMap { name -> [UInt8] in name.utf8 + [0] }
        try replyExtendedAttribute(request, names, capacity: size)
    }
}

private func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}
