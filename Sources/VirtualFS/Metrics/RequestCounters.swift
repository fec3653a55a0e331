import Support

/// What the kernel asks a mount for.
public enum RequestKind: Int, CaseIterable, Sendable {
    case lookup, forget, getattr, access, open
    /// Reading a recording.
    case read
    /// Reading what a volume tells of itself.
    case report
    case release, opendir, readdir, readdirplus, releasedir, statfs, getxattr, listxattr, readlink
    /// Anything that would write, and is refused.
    case write
}

/// The requests that came, and what those that read recordings took.
struct RequestCounters: ~Copyable, Sendable {
    private let counters = InlineArray<17, Counter> { _ in Counter() }
    /// Bytes of recordings that were given.
    let readBytes = Counter()
    /// Reads of recordings that failed.
    let readErrors = Counter()
    /// How long reads of recordings took.
    let readSeconds = LatencyHistogram()

    /// How many of `kind` came.
    subscript(kind: RequestKind) -> UInt64 { counters[kind.rawValue].value }

    /// Counts one of `kind`.
    func add(_ kind: RequestKind) {
        counters[kind.rawValue].add()
    }
}
