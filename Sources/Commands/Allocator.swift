#if canImport(CJemalloc)
    import CJemalloc
#endif

/// The memory allocator of both programs: jemalloc, which keeps small and large allocations apart. With glibc's heap, cached blocks,
/// index rows and codec contexts fragmented each other, which wasted memory worth half of the cache.
enum Allocator {
    /// Returns all free memory to the system at once, rather than some time later.
    static func giveBack() {
        #if canImport(CJemalloc)
            _ = mallctl("arena.\(MALLCTL_ARENAS_ALL).purge", nil, nil, nil, 0)
        #endif
    }

    /// Maps no more memory at a time than `byteCount` bytes, unless more are asked for at once. By itself, the allocator maps more each
    /// time, and keeps what it has mapped.
    static func limitGrowth(to byteCount: Int) {
        #if canImport(CJemalloc)
            var limit = byteCount
            _ = mallctl("arena.0.retain_grow_limit", nil, nil, &limit, MemoryLayout<Int>.size)
        #endif
    }
}
