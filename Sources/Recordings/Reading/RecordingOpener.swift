import Support
import Zarr

/// Opens the recordings of one store: to learn what they are, and to read them.
final class RecordingOpener: Sendable {
    /// Recordings that are kept open at a time.
    private static let openLimit = 256

    let store: any Store
    let cache: BlockCache
    let openRecordings = OpenRecordings(limit: openLimit)
    /// Keeps what is learned, if anything does.
    let file: CatalogueFile?
    private let loader: RecordingLoader

    /// An opener of the recordings of `store`. What is read is kept in `cache`, and what is learned, in `file`; `counters` count
    /// what is decoded.
    init(
        store: any Store, cache: BlockCache, file: CatalogueFile?, counters: DecodeCounters = DecodeCounters(), log: Log
    ) {
        self.store = store
        self.cache = cache
        self.file = file
        loader = RecordingLoader(store: store, cache: cache, file: file, counters: counters, log: log)
    }

    /// What the recording at `node` is. It is left open only if there is room.
    func learn(_ node: RecordingNode) throws(RecordingError) -> Recording {
        // Taken before anything is read, so that whatever changes meanwhile has another version.
        let version = file.flatMap { _ in store.version(ofRecording: node.path, isGroup: !node.isArray) }
        let opened = try loader.load(node).recording
        let samples = OnDemandRecording(opened.facts, opener: self)
        samples.keep(opened)
        if let file, let version {
            let entry = CatalogueFile.Entry(version: version, facts: opened.facts)
            file.keep(entry, name: node.name, group: node.group)
        }
        return Recording(opened.facts, samples)
    }

    /// The recording at `path`, with all that reading it needs.
    func open(_ path: String) throws(RecordingError) -> Recording {
        try loader.load(RecordingNode(store: store, path: path, cache: cache)).recording
    }
}
