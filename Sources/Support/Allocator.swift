import CLinux

/// The system's allocator of memory.
public enum Allocator {
    /// Makes it give back what a long-lived process frees, at some cost in speed: to be called before there are threads.
    ///
    /// glibc keeps a heap for each thread that allocates, and what is freed in one is of no use to another: decoded blocks,
    /// made in one thread and dropped in another, left holes worth a fifth of the cache. See mallopt(3).
    public static func limitRetention() {
        mallopt(M_ARENA_MAX, 1)
        mallopt(M_TRIM_THRESHOLD, 1 << 20)
    }
}
