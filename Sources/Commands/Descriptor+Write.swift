import Glibc

/// File descriptors, which are plain integers.
extension Int32 {
    /// Writes `bytes` to this file descriptor. Returns false, with errno set, if not all of them could be written.
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
