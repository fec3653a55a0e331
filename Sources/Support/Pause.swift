import Glibc

/// A pause of a thread's work.
public enum Pause {
    /// Sleeps that long; false if the work of this thread is cancelled before.
    public static func take(milliseconds: Int) -> Bool {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end {
            if Cancellation.isRequested { return false }
            usleep(useconds_t(clamping: min(milliseconds, 20) * 1000))
        }
        return true
    }
}
