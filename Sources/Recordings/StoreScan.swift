import Support
import Synchronization
import Zarr

/// Finds everything in a store that is, or should be, a recording.
///
/// The hierarchy is listed from its folders, never from consolidated metadata, which goes stale silently.
struct StoreScan {
    /// Groups nested deeper than this are not entered: a store whose folders form a circle has no end.
    private static let maximumDepth = 32
    private let store: any Store
    private let cache: BlockCache

    /// What is, or should be, a recording.
    private(set) var found: [RecordingNode] = []
    /// What could not be looked into.
    private(set) var problems: [RecordingError] = []
    /// When the documents of the groups that were entered were written.
    private(set) var groupTimes: [String: Timestamp] = [:]

    /// Finds what lies at and below the group `root`, on all processors.
    init(store: any Store, root: String, cache: BlockCache) throws(ZarrError) {
        self.store = store
        self.cache = cache
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
        let children = Parallel.map(names) { [self] name in
            Result { () throws(ZarrError) in try child(name, of: group) }
        }
        for (name, child) in zip(names, children) {
            do throws(ZarrError) {
                switch try child.get() {
                case .nothing: break
                case .recording(let node): found.append(node)
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
        case recording(RecordingNode)
        case group(ZarrGroup)
    }

    private func child(_ name: String, of group: ZarrGroup) throws(ZarrError) -> Child {
        let path = group.path(of: name)
        switch try ZarrNode.open(store, path: path, cache: cache, attributes: NodeAttributes.self) {
        case nil: return .nothing
        case (.array, let attributes)?:
            guard attributes.audio.sampleRate != nil else { return .nothing }
            return .recording(RecordingNode(path: path, group: group.path, name: name, content: .array))
        case (.group(let child), let attributes)?:
            guard attributes.group.isRecording else { return .group(child) }
            return .recording(
                RecordingNode(path: path, group: group.path, name: name, content: .group(attributes.group)))
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
}

/// A node of the store that is, or should be, a recording.
struct RecordingNode: Sendable {
    enum Content: Sendable {
        /// A recording's group, with its attributes.
        case group(GroupAttributes)
        /// An array of samples that stands by itself.
        case array
    }

    let path: String
    /// The path of the group it is in.
    let group: String
    let name: String
    let content: Content

    /// Its attributes, where it is a group.
    var attributes: GroupAttributes? {
        guard case .group(let attributes) = content else { return nil }
        return attributes
    }

    /// Its number in the audio group; nil for an array that stands by itself.
    var number: UInt64? { attributes == nil ? nil : UInt64(name) }

    /// What the source's file was called, else what the node is called.
    var sourceName: String { attributes?.source.filename ?? name }
}
