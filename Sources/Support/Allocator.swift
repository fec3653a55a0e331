import CLinux

/// The system's allocator of memory.
public enum Allocator {
    /// Makes it give back what a long-lived process frees, at some cost in speed: to be called before there are threads.
    ///
    /// glibc keeps a heap for each thread that allocates, and what is freed in one is of no use to another: decoded blocks,
    /// made in one thread and dropped in another, left holes worth a fifth of the cache. What is too large for a heap is given back
    /// at once, page by page, and comes back page by page: codec contexts of some hundred kilobytes are to be none of that, which
    /// took a third of the time of reading AAC. See mallopt(3).
    public static func limitRetention() {
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
    }
}
