import Glibc
import Support
import Zarr

/// Waits until something may have changed in a store: its watch says so, a signal comes, or it is time to look.
///
/// Changes that come one soon after the other are taken together, so that an import of many recordings does not have the store looked at
/// for each of them.
final class StoreObserver: Sendable {
    private let watch: (any StoreWatch)?
    private let signal: ReloadSignal
    private let interval: Duration?

    /// How long nothing may have changed for changes to be passed on, and how long they wait at most.
    private static let quiet = Duration.milliseconds(100), longest = Duration.seconds(1)

    /// An observer that looks at everything every `reloadSeconds`, if that is not nil.
    init(_ watch: (any StoreWatch)?, _ signal: ReloadSignal, reloadSeconds: Int?) {
        self.watch = watch
        self.signal = signal
        interval = reloadSeconds.map { .seconds($0) }
    }

    /// Waits for changes; nil if it cannot wait.
    func next() -> NoticedChanges? {
        let due = interval.map { ContinuousClock.now + $0 }
        while true {
            guard wait(until: due) else { return nil }
            var changes = take()
            if let due, due <= .now { return .all }
            guard !changes.isEmpty else { continue }
            let end = ContinuousClock.now + Self.longest
            var quietUntil = ContinuousClock.now + Self.quiet
            while quietUntil > .now, end > .now {
                guard wait(until: min(quietUntil, end)) else { return nil }
                let more = take()
                guard !more.isEmpty else { continue }
                changes.add(more)
                quietUntil = .now + Self.quiet
            }
            return changes
        }
    }

    private func take() -> NoticedChanges {
        var changes = watch?.takeChanges() ?? NoticedChanges()
        if signal.take() { changes.add(.all) }
        return changes
    }

    /// Waits for something to take, or until `instant` has passed; false if the system does not let it wait.
    private func wait(until instant: ContinuousClock.Instant?) -> Bool {
        let descriptors = [signal.descriptor] + (watch.map { [$0.descriptor] } ?? [])
        var sources = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let milliseconds = instant.map { instant in
            // One more, so that the instant has passed.
            Int32(clamping: Int64((max(.zero, instant - .now) / .milliseconds(1)).rounded(.up)) + 1)
        }
        return poll(&sources, nfds_t(sources.count), milliseconds ?? -1) >= 0 || errno == EINTR
    }
}
