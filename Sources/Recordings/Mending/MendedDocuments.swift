import Support
import Zarr

/// The documents of a recording and of its arrays that are to be taken from a copy.
struct MendedDocuments {
    /// The bytes of those that are taken, by key.
    private(set) var values: [String: [UInt8]] = [:]
    /// The names of the arrays that either side has and that belong to its codec.
    private(set) var names: [String] = []
    /// Whether the document of the recording itself is the store's own.
    private(set) var isOwn = true
    /// Whether one is taken that has no checksum.
    private(set) var hasUnproved = false

    /// Those of the recording at `path` of `store`, of which `copy` is a copy. Throws if one is right on neither side.
    init(of path: String, in store: any Store, copy: any Store, cache: BlockCache) throws {
        isOwn = try take(path, of: path, from: copy, in: store)
        _ = try take("\(path)/\(HierarchyNames.blob)", of: path, from: copy, in: store)
        // What the copy may have beside another kind of audio is none of this recording's.
        let own = PatchedStore(store, values: values)
        let node = try RecordingNode(store: own, path: path, cache: cache)
        let wanted = try CodecRegistry.codec(of: StoredAudio(of: node, in: own, cache: cache)).ownNames
        var found: Set<String> = []
        for side in [store, copy] { found.formUnion((try? side.children(of: path)) ?? []) }
        names = found.intersection(wanted).sorted()
        for name in names where name != HierarchyNames.blob {
            _ = try take("\(path)/\(name)", of: path, from: copy, in: store)
        }
    }

    /// Takes the document of the node at `place` from `copy` if that of `store` is not right, and returns whether that is.
    private mutating func take(
        _ place: String, of recording: String, from copy: any Store, in store: any Store
    ) throws -> Bool {
        switch MendedDocument(of: place, in: store, copy: copy) {
        case .own: return true
        case .copied(let bytes, let isProved):
            values["\(place)/zarr.json"] = bytes
            if !isProved { hasUnproved = true }
            return false
        case .none(let problem):
            throw RecordingError("zarr.json of /\(place) cannot be mended: \(problem)", recording: recording)
        }
    }
}
