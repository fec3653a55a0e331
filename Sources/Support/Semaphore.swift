import Glibc

/// A counting semaphore. See sem_overview(7).
///
/// @unchecked: the C functions may be called from any thread, and the address never changes.
public final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    /// A semaphore that counts from zero.
    public init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Counts one up, and lets one who waits go on.
    public func signal() {
        sem_post(semaphore)
    }

    /// Waits until the count is above zero, and counts one down.
    public func wait() {
        while sem_wait(semaphore) != 0 && errno == EINTR {}
    }
}
