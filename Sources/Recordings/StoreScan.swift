import Support
import Synchronization
import Zarr

/// Finds everything in a store that is, or should be, a recording.
///
/// The hierarchy is listed from its folders, never from consolidated metadata, which goes stale silently.
struct StoreScan {
    /// Groups nested deeper than this are not entered: a store whose folders form a circle has no end.
    private static let maximumDepth = 32
    let store: any Store
    let cache: BlockCache
    let log: Log

    /// What is, or should be, a recording.
    private(set) var found: [RecordingNode] = []
    /// What could not be looked into.
    private(set) var problems: [RecordingError] = []

    /// Finds what lies at and below the group `root`.
    init(store: any Store, root: String, cache: BlockCache, log: Log) throws(ZarrError) {
        self.store = store
        self.cache = cache
        self.log = log
        try enter(try ZarrGroup.open(store, path: root), depth: 0)
    }

    /// What lies at and below the group `root`.
    static func catalogue(
        of store: any Store, root: String, cache: BlockCache, counters: DecodeCounters, log: Log
    ) throws(ZarrError) -> Catalogue {
        try StoreScan(store: store, root: root, cache: cache, log: log).load(counters)
    }

    // MARK: - Finding

    private mutating func enter(_ group: ZarrGroup, depth: Int) throws(ZarrError) {
        guard depth < Self.maximumDepth else {
            problems.append(RecordingError("groups below this one are not entered: too deep", recording: group.path))
            return
        }
        for name in try group.children().sorted(by: Self.precedes) {
            let path = group.path(of: name)
            do {
                switch try ZarrNode.open(store, path: path, cache: cache) {
                case nil:
                    continue
                case .array(let array):
                    let attributes = try array.attributes(as: AudioAttributes.self)
                    guard attributes.sampleRate != nil else { continue }
                    found.append(
                        RecordingNode(path: path, group: group.path, name: name, content: .array(array, attributes)))
                case .group(let child):
                    let attributes = try child.attributes(as: GroupAttributes.self)
                    if attributes.isRecording {
                        found.append(
                            RecordingNode(path: path, group: group.path, name: name, content: .group(attributes)))
                    } else {
                        try enter(child, depth: depth + 1)
                    }
                }
            } catch {
                problems.append(RecordingError("cannot be read", recording: path, cause: error))
            }
        }
    }

    /// Numbers by value and before names, names by their characters.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        switch (UInt64(left), UInt64(right)) {
        case (let left?, let right?) where left != right: left < right
        case (_?, nil): true
        case (nil, _?): false
        default: left < right
        }
    }

    // MARK: - Loading

    /// Reads every recording found, on all processors.
    private func load(_ counters: DecodeCounters) -> Catalogue {
        let found = found
        let loader = RecordingLoader(store: store, cache: cache, counters: counters, log: log)
        let results = Mutex([Result<Recording, RecordingError>?](repeating: nil, count: found.count))
        Parallel.forEach(count: found.count) { index in
            let result = Result { () throws(RecordingError) in try loader.load(found[index]) }
            results.withLock { $0[index] = result }
        }
        var recordings: [Recording] = []
        var problems = problems
        for case let result? in results.withLock({ $0 }) {
            switch result {
            case .success(let recording): recordings.append(recording)
            case .failure(let problem): problems.append(problem)
            }
        }
        return Catalogue(recordings: recordings, problems: problems)
    }
}

/// A node of the store that is, or should be, a recording.
struct RecordingNode: Sendable {
    enum Content: Sendable {
        /// A recording's group, with its attributes.
        case group(GroupAttributes)
        /// An array of samples that stands by itself.
        case array(ZarrArray, AudioAttributes)
    }

    let path: String
    /// The path of the group it is in.
    let group: String
    let name: String
    let content: Content
}
