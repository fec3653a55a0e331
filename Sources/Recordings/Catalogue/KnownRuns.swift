import Support
import Synchronization
import Zarr

/// What a catalogue's file knows of the nodes in a group, in runs of as many as a page holds: each run is given away once, so that
/// nothing is held twice.
final class KnownRuns: Sendable {
    private static let capacity = RecordingPage.capacity

    /// What is known of a node.
    fileprivate struct Entry: Sendable {
        /// Its place in the run.
        let index: UInt8
        /// The version that the recording had when it was learned.
        let version: UInt64
        let recording: KnownRecording
    }

    /// What is known of neighbours.
    struct Run: Sendable {
        fileprivate var entries: [Entry] = []
        /// The version that each node of the run has now, if it is a group.
        fileprivate var versions: [UInt64?] = []

        /// The recording at `index` of the run, whose path in `store` is `path`; nil if it is not known, or another by now.
        func recording(at index: Int, path: String, of store: any Store) -> KnownRecording? {
            guard let entry = entries.first(where: { $0.index == index }) else { return nil }
            let version =
                entry.recording.isArray ? store.version(ofRecording: path, isGroup: false) : versions[index]
            return entry.version == version ? entry.recording : nil
        }
    }

    private let runs: Mutex<[Run]>

    /// What `file` knows of the nodes of the group at `path` of `store` that are called `names`; nil if that is nothing.
    init?(of path: String, _ names: [String], in file: CatalogueFile, store: any Store) {
        guard file.knows(group: path) else { return nil }
        let runCount = (names.count + Self.capacity - 1) / Self.capacity
        runs = Mutex([Run](repeating: Run(), count: runCount))
        // The file is read by one thread. The others look the nodes up meanwhile.
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
            let entry = Entry(index: UInt8(place), version: entry.version, recording: KnownRecording(entry.facts))
            runs.withLock { $0[run].entries.append(entry) }
        }
    }

    /// The run `number`, which is not kept any longer.
    func take(_ number: Int) -> Run {
        runs.withLock { runs in
            defer { runs[number] = Run() }
            return runs[number]
        }
    }
}
