import Glibc
import Support

/// Frees the memory of a cache that is not in use.
///
/// Its thread wakes up only now and then while the cache is in use, and sleeps until a block is cached once it is empty, so that an
/// idle mount does not wake the processor.
enum IdleRelease {
    /// Starts to empty `cache` whenever it has not been used for `seconds`, or at most twice as long, as long as the process lives.
    static func start(for cache: BlockCache, afterSeconds seconds: UInt32) throws(SystemError) {
        let thread = try WorkerThread(name: "idle release") {
            while true {
                cache.waitUntilFilled()
                var seen: UInt64
                repeat {
                    seen = cache.statistics.useCount
                    sleep(seconds)
                } while cache.statistics.useCount != seen
                cache.removeAll()
                Allocator.giveBack()
            }
        }
        thread.detach()
    }
}
