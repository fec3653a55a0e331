public import Support
public import Zarr

/// What a store holds for the ear: its recordings, and what could not be made one.
public struct Catalogue: Sendable {
    /// The recordings that can be served, ordered by path, numbers by value.
    public let recordings: [Recording]
    /// What looks like a recording and cannot be served.
    public let problems: [RecordingError]

    /// A catalogue of what was found.
    public init(recordings: [Recording], problems: [RecordingError]) {
        self.recordings = recordings
        self.problems = problems
    }

    /// Reads what lies at and below the group `root` of `store` (empty: all of it).
    ///
    /// No sample is decoded beyond what a format shows by; a recording that cannot be read becomes a problem. Throws where
    /// `root` is no group, or cannot be listed. Uses threads of its own. What is read now and later is kept in `cache`, what
    /// is decoded is counted by `counters`.
    public init(
        store: any Store, root: String = "", cache: BlockCache, counters: DecodeCounters = DecodeCounters(), log: Log
    ) throws(ZarrError) {
        self = try StoreScan.catalogue(of: store, root: root, cache: cache, counters: counters, log: log)
    }
}
