import Support
import Synchronization
import WaveFile
import Zarr

/// The entries that a catalogue's file has for the nodes in a group, in runs of as many as a page holds. Each run is
/// taken once, so that no entry is held twice.
final class KnownRuns: Sendable {
    private static let capacity = RecordingPage.capacity

    /// The entry of a node.
    fileprivate struct Entry: Sendable {
        /// Its place in the run.
        let index: UInt8
        /// The version that the recording had when it was learned.
        let version: UInt64
        let recording: KnownRecording
    }

    /// The entries of consecutive nodes.
    struct Run: Sendable {
        fileprivate var entries: [Entry] = []
        /// The version that each node of the run has now, if it is a group.
        fileprivate var versions: [UInt64?] = []

        /// The recording at `index` of the run, whose path in `store` is `path`; nil if there is no entry, or if the
        /// recording has changed since. Its document has the version `stamp`.
        func recording(
            at index: Int, path: String, of store: any Store, stamp: @autoclosure () -> UInt64
        ) -> KnownRecording? {
            guard let entry = entries.first(where: { $0.index == index }) else { return nil }
            let version =
                store.requestsAtOnce != nil
                ? store.documentVersion(ofRecording: path)
                : entry.recording.isArray ? store.version(ofRecording: path, isGroup: false) : versions[index]
            return entry.version == version ? entry.recording.stamped(stamp()) : nil
        }
    }

    private let metadata: MetadataSelection
    private let runs: Mutex<[Run]>
    private let entryCount = Atomic<Int>(0)

    /// How many of the nodes have an entry.
    var count: Int { entryCount.load(ordering: .relaxed) }

    /// The entries that `file` has for the nodes called `names` in the group at `path` of `store`; nil if it has none
    /// for that group. Of recordings it shows no more than `metadata`.
    init?(
        of path: String, _ names: [String], in file: CatalogueFile, store: any Store,
        showing metadata: MetadataSelection
    ) {
        guard file.knows(group: path) else { return nil }
        self.metadata = metadata
        let runCount = (names.count + Self.capacity - 1) / Self.capacity
        runs = Mutex([Run](repeating: Run(), count: runCount))
        guard store.requestsAtOnce == nil else {
            read(file, group: path, names)
            return
        }
        // One thread reads the file, while the others ask for the versions of the nodes.
        Parallel.forEach(count: runCount + 1) { [self] number in
            guard number > 0 else { return read(file, group: path, names) }
            let first = (number - 1) * Self.capacity
            let versions = names[first..<min(first + Self.capacity, names.count)].map { name in
                store.version(ofRecording: path.isEmpty ? name : "\(path)/\(name)", isGroup: true)
            }
            runs.withLock { $0[number - 1].versions = versions }
        }
    }

    private func read(_ file: CatalogueFile, group: String, _ names: [String]) {
        let indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        file.forEachEntry(ofGroup: group) { [self] name, entry in
            guard let index = indices[name] else { return }
            let (run, place) = index.quotientAndRemainder(dividingBy: Self.capacity)
            let entry = Entry(
                index: UInt8(place), version: entry.version,
                recording: KnownRecording(entry.facts.shown(metadata)))
            runs.withLock { $0[run].entries.append(entry) }
            entryCount.add(1, ordering: .relaxed)
        }
    }

    /// Returns the run `number`, and no longer holds it.
    func take(_ number: Int) -> Run {
        runs.withLock { runs in
            defer { runs[number] = Run() }
            return runs[number]
        }
    }
}
