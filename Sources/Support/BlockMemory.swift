import Glibc

/// Memory for the bytes of blocks, which may be more than there is.
///
/// Swift ends the process if it gets no memory for an object. What others decide the size of is therefore taken here.
public enum BlockMemory {
    /// Memory of `count` bytes, not initialized, to be given back or adopted by a block; nil if there is none.
    public static func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count >= 0, AddressSpace.hasRoom(for: count) else { return nil }
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
}
