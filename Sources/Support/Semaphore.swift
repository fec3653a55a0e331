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
}
