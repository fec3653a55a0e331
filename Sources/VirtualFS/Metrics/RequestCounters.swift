import Support

/// The kinds of requests that the kernel sends to a mount.
public enum RequestKind: Int, CaseIterable, Sendable {
    case lookup, forget, getattr, access, open
    /// Reading a recording.
    case read
    /// Reading a report of the volume about itself.
    case report
    case release, opendir, readdir, readdirplus, releasedir, statfs, getxattr, listxattr, readlink
    /// Anything that would write, which is refused.
    case write
}

/// Counts requests, and measures those that read recordings.
struct RequestCounters: ~Copyable, Sendable {
    private let counters = InlineArray<17, Counter> { _ in Counter() }
    /// Bytes of recordings that were returned.
    let readBytes = Counter()
    /// Reads of recordings that failed.
    let readErrors = Counter()
    /// The durations of reads of recordings.
    let readSeconds = LatencyHistogram()

    /// How many requests of `kind` there were.
    subscript(kind: RequestKind) -> UInt64 { counters[kind.rawValue].value }

    /// Counts a request of `kind`.
    func add(_ kind: RequestKind) {
        counters[kind.rawValue].add()
    }
}
