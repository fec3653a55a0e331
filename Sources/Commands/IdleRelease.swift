import Glibc
import Support

/// Gives back the memory of a cache that nobody uses.
///
/// Its thread looks only now and then while the cache is in use, and sleeps without end once it is empty: a mount that nobody
/// reads wakes nobody up.
enum IdleRelease {
    /// Empties `cache` whenever nobody has used it for `seconds` (and for less than twice as long), as long as the process lives.
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
