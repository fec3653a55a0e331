import Glibc
import Support

/// A file that is open to be read from, and what fstat(2) said of it.
struct ReadableFile: Sendable {
    let descriptor: OwnedDescriptor
    let info: ValueInfo

    /// The regular file that is open at `descriptor`, of which fstat(2) says `status`.
    init(_ descriptor: OwnedDescriptor, _ status: stat) {
        self.descriptor = descriptor
        info = ValueInfo(size: UInt64(clamping: status.st_size), version: status.version, changed: status.changed)
    }

    /// The same file, as it is now.
    func refreshed(_ key: String) throws(StoreError) -> ReadableFile {
        ReadableFile(descriptor, try Self.status(of: descriptor, key))
    }

    /// Whether it has been written, replaced or removed since it was opened.
    var hasChanged: Bool {
        var status = stat()
        return fstat(descriptor.descriptor, &status) != 0 || status.version != info.version
    }

    /// Reads from byte `start` on until `buffer` is full or the file ends, and returns how many bytes that were.
    func read(from start: Int, into buffer: UnsafeMutableRawBufferPointer, _ key: String) throws(StoreError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, start + done)
            if count > 0 {
                done += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                throw StoreError("cannot read", key: key, system: SystemError("pread", key))
            }
        }
        return done
    }

    /// Has the kernel read the bytes `range` into its cache meanwhile, if they are not there.
    func expect(_ range: Range<UInt64>) {
        guard let start = Int(exactly: range.lowerBound) else { return }
        posix_fadvise(descriptor.descriptor, start, range.count, POSIX_FADV_WILLNEED)
    }

    private static func status(of descriptor: OwnedDescriptor, _ key: String) throws(StoreError) -> stat {
        var status = stat()
        guard fstat(descriptor.descriptor, &status) == 0 else {
            throw StoreError("cannot read its size", key: key, system: SystemError("fstat", key))
        }
        return status
    }
}

extension stat {
    /// When the file was last written, replaced or removed, in nanoseconds since 1970.
    fileprivate var changed: Int64? {
        Int64(st_ctim.tv_sec).multiplied(by: 1_000_000_000)?.adding(Int64(st_ctim.tv_nsec))
    }

    /// A number that changes whenever the file is written or replaced, or an entry of the directory is added, removed or
    /// renamed. The time of the last change cannot be set back, unlike that of the last writing.
    var version: UInt64 {
        FNV1a(of: [
            UInt64(st_dev), UInt64(st_ino), UInt64(clamping: st_size),
            UInt64(truncatingIfNeeded: st_ctim.tv_sec), UInt64(truncatingIfNeeded: st_ctim.tv_nsec),
        ]).value
    }
}
