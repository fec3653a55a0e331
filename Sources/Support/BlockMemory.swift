import Glibc

/// Memory for the bytes of blocks, which may be more than there is.
///
/// Swift ends the process if it gets no memory for an object. What others decide the size of is therefore taken here.
public enum BlockMemory {
    /// From so many bytes on, memory is mapped by itself if the address space was bounded at first. The allocator would keep what was mapped
    /// for a large block, and nothing else could have it.
    private static let mappedByteCount = AddressSpace.isBounded ? 256 << 10 : Int.max

    /// Memory of `count` bytes, not initialized, to be given back or adopted by a block; nil if there is none.
    public static func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count >= 0, AddressSpace.hasRoom(for: count) else { return nil }
        return allocate(count)
    }

    /// The same for what the caller has bounded to less than the reserve. It ends the process if there is no memory, as Swift does.
    static func takeAnyway(_ count: Int) -> UnsafeMutableRawBufferPointer {
        guard let memory = allocate(count) else { fatalError("no memory for \(count) bytes") }
        return memory
    }

    /// Gives back what `take` has returned.
    public static func giveBack(_ memory: UnsafeMutableRawBufferPointer) {
        if memory.count < mappedByteCount { free(memory.baseAddress) } else { munmap(memory.baseAddress, memory.count) }
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count >= mappedByteCount else {
            return malloc(max(count, 1)).map { UnsafeMutableRawBufferPointer(start: $0, count: count) }
        }
        let access = PROT_READ | PROT_WRITE
        guard let place = mmap(nil, count, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), place != MAP_FAILED else {
            return nil
        }
        return UnsafeMutableRawBufferPointer(start: place, count: count)
    }
}
