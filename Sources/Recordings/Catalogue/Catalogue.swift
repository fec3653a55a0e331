public import Support
public import Zarr

/// What a store holds for the ear: its recordings, and what could not be made one.
public struct Catalogue: Sendable {
    /// What looks like a recording, ordered by path, numbers by value.
    public let entries: [CatalogueEntry]
    /// What could not be looked into.
    public let scanProblems: [RecordingError]
    private let groupTimes: [String: Timestamp]

    /// A catalogue of recordings that are known already.
    public init(recordings: [Recording], problems: [RecordingError]) {
        entries = recordings.map { CatalogueEntry($0) }
        scanProblems = problems
        groupTimes = [:]
    }

    /// Finds what lies at and below the group `root` of `store` (empty: all of it), and reads no more than the names of the
    /// recordings. Throws where `root` is no group, or cannot be listed.
    ///
    /// Uses threads of its own. What is read now and later is kept in `cache`; what was learned of the recordings is taken from
    /// `file`, and put there. What is decoded is counted by `counters`.
    public init(
        store: any Store, root: String = "", cache: BlockCache, file: CatalogueFile? = nil,
        counters: DecodeCounters = DecodeCounters(), log: Log
    ) throws(ZarrError) {
        let scan = try StoreScan(
            root: root,
            opener: RecordingOpener(store: store, cache: cache, file: file, counters: counters, log: log))
        entries = scan.found
        scanProblems = scan.problems
        groupTimes = scan.groupTimes
    }

    /// When the document of the group at `path` was last written, where that is known.
    public func modificationTime(ofGroup path: String) -> Timestamp? { groupTimes[path] }

    /// The recordings that can be served. Those that are not known yet are read, on all processors.
    public var recordings: [Recording] {
        learned.compactMap { try? $0.get() }
    }

    /// What looks like a recording and cannot be served. What is not known yet is read, on all processors.
    public var problems: [RecordingError] {
        scanProblems
            + learned.compactMap { result in
                guard case .failure(let problem) = result else { return nil }
                return problem
            }
    }

    private var learned: [Result<Recording, RecordingError>] {
        let entries = entries
        Parallel.forEach(count: entries.count) { index in _ = try? entries[index].recording() }
        return entries.map { entry in Result { () throws(RecordingError) in try entry.recording() } }
    }
}
