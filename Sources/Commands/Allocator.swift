import CJemalloc

/// The allocator of memory of all our programs: jemalloc, which keeps small things out of the way of large ones. On glibc's heap
/// cached blocks, index rows and codec contexts left each other holes worth half of the cache.
enum Allocator {
    /// Gives all that is free back to the system, at once rather than some time later.
    static func giveBack() {
        _ = mallctl("arena.\(MALLCTL_ARENAS_ALL).purge", nil, nil, nil, 0)
    }
}
