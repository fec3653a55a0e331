import Glibc

/// File descriptors, as the system numbers them.
extension Int32 {
    /// Writes all of `bytes` to this file descriptor, or as much as it takes; false (and errno set) where that is not all.
    func writeAll(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(self, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
