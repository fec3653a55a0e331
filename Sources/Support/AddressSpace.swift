import CLinux
import Glibc

/// The memory that the process may map, which RLIMIT_AS (`ulimit -v`) may bound.
///
/// Swift ends the process if it gets no memory for an object. If the address space is bounded, some of it is therefore left for objects:
/// whatever is large, or of a size that others decide, is refused before that is used up.
public enum AddressSpace {
    /// What is left for objects, and for what libraries take without asking.
    private static let reserve = 4 << 20
    /// Fewer bytes are not worth a look.
    private static let smallByteCount = 64 << 10
    /// Bytes of the stack of a thread if the address space is bounded, instead of 8 MiB.
    public static let smallStackByteCount = 1 << 20

    /// Whether there is a bound.
    public static var isBounded: Bool {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur != .max
    }

    /// Whether there is room for `count` bytes and the reserve; true if there is no bound, or for a few bytes.
    public static func hasRoom(for count: Int) -> Bool {
        count < smallByteCount || !isBounded || canMap(count)
    }

    /// How many bytes there is room for beside the reserve, if there is a bound; at most `limit`, in whole MiB.
    public static func room(upTo limit: Int) -> Int {
        guard isBounded else { return limit }
        // Between the two, in MiB.
        var (enough, tooMuch) = (0, (max(limit, 0) >> 20) + 1)
        while tooMuch - enough > 1 {
            let middle = (enough + tooMuch) / 2
            if canMap(middle << 20) { enough = middle } else { tooMuch = middle }
        }
        return min(enough << 20, limit)
    }

    /// Gives the threads that start from now on small stacks, if there is a bound.
    public static func economizeOnStacks() {
        guard isBounded else { return }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, smallStackByteCount)
        _ = pthread_setattr_default_np(&attributes)
        pthread_attr_destroy(&attributes)
    }

    private static func canMap(_ count: Int) -> Bool {
        guard let byteCount = count.adding(reserve),
            let place = mmap(nil, byteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            place != MAP_FAILED
        else { return false }
        munmap(place, byteCount)
        return true
    }
}
