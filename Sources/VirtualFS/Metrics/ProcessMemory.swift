import Glibc
import Support

/// The memory of this process.
enum ProcessMemory {
    /// Bytes that are in main memory now, from the second field of /proc/self/statm, see proc(5); nil if that cannot be
    /// read.
    static var residentByteCount: Int? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let text = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages.multiplied(by: sysconf(Int32(_SC_PAGESIZE)))
    }
}
