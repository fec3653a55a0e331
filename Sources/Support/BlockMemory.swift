import Glibc

/// Memory for the bytes of blocks, which may be more than there is.
///
/// Swift ends the process if it gets no memory for an object. What others decide the size of is therefore taken here.
public enum BlockMemory {
    /// From so many bytes on, it is made sure that enough is left for everything else.
    private static let largeByteCount = 1 << 20
    /// What must be left then.
    private static let reserve = 32 << 20

    /// Memory of `count` bytes, not initialized, to be given back or adopted by a block; nil if there is none.
    public static func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count >= 0, count < largeByteCount || hasRoom(for: count) else { return nil }
        return malloc(max(count, 1)).map { UnsafeMutableRawBufferPointer(start: $0, count: count) }
    }

    /// The same for what the caller has bounded to less than the reserve. It ends the process if there is no memory, as Swift does.
    static func takeAnyway(_ count: Int) -> UnsafeMutableRawBufferPointer {
        guard let memory = malloc(max(count, 1)) else { fatalError("no memory for \(count) bytes") }
        return UnsafeMutableRawBufferPointer(start: memory, count: count)
    }

    /// Gives back what `take` has returned.
    public static func giveBack(_ memory: UnsafeMutableRawBufferPointer) {
        free(memory.baseAddress)
    }

    /// Whether the address space, which RLIMIT_AS may bound, has room for `count` bytes and the reserve.
    private static func hasRoom(for count: Int) -> Bool {
        let (byteCount, overflow) = count.addingReportingOverflow(reserve)
        guard !overflow,
            let place = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            place != MAP_FAILED
        else { return false }
        munmap(place, byteCount)
        return true
    }
}
