import Support
import Synchronization
import Zarr

/// Finds everything in a store that is, or should be, a recording.
///
/// The hierarchy is listed from its folders, never from consolidated metadata, which goes stale silently.
struct StoreScan {
    /// Groups nested deeper than this are not entered: a store whose folders form a circle has no end.
    private static let maximumDepth = 32
    private let opener: RecordingOpener
    private var store: any Store { opener.store }
    private var cache: BlockCache { opener.cache }

    /// What is, or should be, a recording.
    private(set) var found: [CatalogueEntry] = []
    /// What could not be looked into.
    private(set) var problems: [RecordingError] = []
    /// When the documents of the groups that were entered were written.
    private(set) var groupTimes: [String: Timestamp] = [:]

    /// Finds what lies at and below the group `root`, on all processors. `opener` is for what is found.
    init(root: String, opener: RecordingOpener) throws(ZarrError) {
        self.opener = opener
        try enter(try ZarrGroup.open(store, path: root), depth: 0)
    }

    private mutating func enter(_ group: ZarrGroup, depth: Int) throws(ZarrError) {
        guard depth < Self.maximumDepth else {
            problems.append(RecordingError("groups below this one are not entered: too deep", recording: group.path))
            return
        }
        let document = group.path.isEmpty ? "zarr.json" : "\(group.path)/zarr.json"
        groupTimes[group.path] = (try? store.status(of: document))?.modified
        let names = try group.children().sorted(by: Self.precedes)
        let known = opener.file?.entries(ofGroup: group.path) ?? [:]
        let children = Parallel.map(names) { [self] name in
            Result { () throws(ZarrError) in try child(name, of: group, known: known[name]) }
        }
        for (name, child) in zip(names, children) {
            do throws(ZarrError) {
                switch try child.get() {
                case .nothing: break
                case .recording(let entry): found.append(entry)
                case .group(let group): try enter(group, depth: depth + 1)
                }
            } catch {
                problems.append(RecordingError("cannot be read", recording: group.path(of: name), cause: error))
            }
        }
    }

    /// What a node is to those who look for recordings.
    private enum Child {
        case nothing
        case recording(CatalogueEntry)
        case group(ZarrGroup)
    }

    private func child(
        _ name: String, of group: ZarrGroup, known: CatalogueFile.Entry?
    ) throws(ZarrError) -> Child {
        let path = group.path(of: name)
        if let known, let version = store.version(ofRecording: path, isGroup: !known.facts.isArray), version == known.version {
            return .recording(CatalogueEntry(known.facts, opener: opener))
        }
        guard
            let (node, attributes) = try ZarrNode.open(
                store, path: path, cache: cache, attributes: NodeAttributes.self)
        else { return .nothing }
        if let node = RecordingNode(node, attributes, path: path) {
            return .recording(CatalogueEntry(node, opener: opener))
        }
        guard case .group(let child) = node else { return .nothing }
        return .group(child)
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
}
