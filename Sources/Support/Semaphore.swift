import Glibc

/// A counting semaphore. See sem_overview(7).
///
/// @unchecked: the C functions may be called from any thread, and the address never changes.
public final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// A semaphore whose count is zero.
    public init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Increments the count, and wakes a waiting thread if there is one.
    public func signal() {
        sem_post(semaphore)
    }

    /// Waits until the count is above zero, and decrements it.
    public func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }

    /// The same, unless the work of this thread is cancelled before that: then it returns false, and leaves the count alone.
    public func waitUnlessCancelled() -> Bool {
        guard Cancellation.current != nil else {
            wait()
            return true
        }
        while !Cancellation.isRequested {
            if wait(nanoseconds: Self.pollNanoseconds) { return true }
        }
        return false
    }

    /// How long a wait may go on without a look at the cancellation.
    private static let pollNanoseconds = 50_000_000

    /// Waits until the count is above zero, and decrements it; for `duration`, or a second, at most.
    public func wait(for duration: Duration) {
        let nanoseconds = min(max(duration / .nanoseconds(1), 0), 999_999_999)
        _ = wait(nanoseconds: Int(nanoseconds))
    }

    /// Waits that long at most, which must be less than a second; false if the count did not become positive.
    private func wait(nanoseconds: Int) -> Bool {
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        end.tv_nsec += nanoseconds
        if end.tv_nsec >= 1_000_000_000 {
            end.tv_sec += 1
            end.tv_nsec -= 1_000_000_000
        }
        return sem_timedwait(semaphore, &end) == 0
    }
}
