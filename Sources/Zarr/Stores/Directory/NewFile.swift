import CLinux
import Glibc
import Support

/// A file of a store that is being written from its first byte to its last.
struct NewFile: ~Copyable {
    /// The file's key in the store.
    let key: String
    private let file: OwnedDescriptor
    private let changes: StoreChanges
    /// Bytes written so far.
    private(set) var count = 0

    init(key: String, file: OwnedDescriptor, changes: StoreChanges) {
        self.key = key
        self.file = file
        self.changes = changes
    }

    /// Writes `bytes` after those already written.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            var written = 0
            _ = try changes.attempt("write", key, "cannot be written") {
                written = write(file.descriptor, rest.baseAddress, rest.count)
                return written < 0 ? -1 : 0
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            count += written
        }
    }

    /// Writes `bytes` after those already written.
    mutating func append(_ bytes: [UInt8]) throws(StoreError) {
        try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in try append(UnsafeRawBufferPointer(bytes)) }
    }

    /// Sends all bytes on their way to the disk, where they are once the file is synced.
    consuming func finish() {
        // No more than a hint: what fails here fails again, and is said, when the file is synced.
        _ = sync_file_range(file.descriptor, 0, 0, UInt32(zwl_sync_file_range_write))
    }

    /// Waits until all bytes are on the disk. The file's name is not, until its folder is synced too.
    consuming func sync() throws(StoreError) {
        _ = try changes.attempt("fsync", key, "cannot be kept") { fsync(file.descriptor) }
    }
}
