import CLinux
import Glibc
import Support

/// A file of a store that is being written from its first byte to its last.
final class NewFile: NewValue {
    private let key: String
    private let file: OwnedDescriptor
    private let changes: StoreChanges
    private(set) var byteCount = 0

    /// The file `key`, open to be written from its first byte on.
    init(key: String, file: OwnedDescriptor, changes: StoreChanges) {
        self.key = key
        self.file = file
        self.changes = changes
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            var written = 0
            _ = try changes.attempt("write", key, "cannot be written") {
                written = write(file.descriptor, rest.baseAddress, rest.count)
                return written < 0 ? -1 : 0
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            byteCount += written
        }
    }

    /// Files of fewer bytes are left to be written together.
    private static let hintByteCount = 1 << 20

    /// Sends all bytes of a long file on their way to the disk; they are there once the file is synced.
    func finish() {
        guard byteCount >= Self.hintByteCount else { return }
        // No more than a hint: what fails here fails again, and is reported, when the file is synced.
        _ = sync_file_range(file.descriptor, 0, 0, UInt32(zwl_sync_file_range_write))
    }

    /// Gives the file the owner and the permissions of the store's file `other`, if there is one, as far as this process may: who could read
    /// that is to read this, too.
    func takePermissions(of other: String) {
        guard let status = changes.root.status(of: other, links: .none), status.st_mode & S_IFMT == S_IFREG else {
            return
        }
        if status.st_uid != geteuid() { _ = fchown(file.descriptor, status.st_uid, status.st_gid) }
        _ = fchown(file.descriptor, uid_t.max, status.st_gid)
        _ = fchmod(file.descriptor, status.st_mode & 0o777)
    }

    /// Waits until all bytes are on the disk. The file's name is not there until its folder is synced, too.
    func sync() throws(StoreError) {
        _ = try changes.attempt("fsync", key, "cannot be kept") { fsync(file.descriptor) }
    }
}
