public import Support
import Synchronization
public import Zarr

/// A watch over the groups of a store that are listed: one for each group, not for each recording. Safe to use from any thread.
public final class GroupWatch: Sendable {
    private let watch: any StoreWatch
    private let log: Log
    private let hasFailed = Atomic<Bool>(false)

    /// A watch by `watch`; what it cannot watch is logged in `log`.
    public init(_ watch: any StoreWatch, log: Log) {
        self.watch = watch
        self.log = log
    }

    /// Notices, from now on, which members the group at `path` gets and loses. That there can be no more watches is logged once.
    func add(_ path: String) {
        do throws(StoreError) {
            try watch.add(path)
        } catch {
            guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
            log.say(
                .warning,
                "not all groups are watched: what is new in them is shown after SIGHUP, or with -o reload=SECONDS (\(error))"
            )
        }
    }
}
