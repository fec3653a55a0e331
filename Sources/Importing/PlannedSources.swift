import Synchronization

/// The sources that an import is going to bring into a group, as far as they were looked at: of two with the same bytes, the second will
/// be there already.
public final class PlannedSources: Sendable {
    private let repeatedByteCounts: Set<UInt64>
    private let paths = Mutex<[SourceIdentity: String]>([:])

    /// None yet, of those that have `byteCounts` bytes each.
    public init(byteCounts: some Sequence<UInt64>) {
        var seen: Set<UInt64> = []
        repeatedByteCounts = Set(byteCounts.filter { !seen.insert($0).inserted })
    }

    /// Whether several sources have `byteCount` bytes: only these can be the same.
    func mayHave(byteCount: UInt64) -> Bool { repeatedByteCounts.contains(byteCount) }

    /// The path of the source `identity`; nil if it is not planned.
    func path(of identity: SourceIdentity) -> String? { paths.withLock { $0[identity] } }

    /// Learns that the source `identity` at `path` is going to be imported.
    func add(_ identity: SourceIdentity, at path: String) { paths.withLock { $0[identity] = path } }
}
