import Support
import Zarr

/// Mends what is damaged in a store from a copy of it.
struct StoreMending {
    let store: any WritableStore
    let copy: any Store
    let root: String
    let cache: BlockCache
    /// What the copy has.
    private let members: StoreMembers

    /// Throws if the copy does not have the group `root`, or that cannot be read there.
    init(_ store: any WritableStore, from copy: any Store, root: String, cache: BlockCache) throws(ZarrError) {
        self.store = store
        self.copy = copy
        self.root = root
        self.cache = cache
        members = try StoreMembers(of: copy, root: root, cache: cache)
    }

    // MARK: - Groups

    /// Mends the documents of groups, and returns what is in the store then, with the findings about them. `members` is what there was.
    func mendGroups(_ members: StoreMembers) -> (members: StoreMembers, findings: [Finding]) {
        var members = members
        var findings: [Finding] = []
        var tried: Set<String> = []
        while true {
            let paths = Set(members.groups + self.members.groups).subtracting(tried)
            tried.formUnion(paths)
            let new = paths.sorted().compactMap { mendGroup($0) }
            findings += new
            // Groups below one that could not be read are found now.
            guard new.contains(where: { $0.repair == .done }),
                let listed = try? StoreMembers(of: store, root: root, cache: cache)
            else { return (members, findings) }
            members = listed
        }
    }

    /// Mends the document of the group at `path`; nil if it needs nothing, or there is no such folder.
    private func mendGroup(_ path: String) -> Finding? {
        guard path.isEmpty || isThere(path) else { return nil }
        let document = MendedDocument(of: path, in: store, copy: copy)
        var finding = Finding(.fault, "zarr.json of the group is missing, or cannot be read", recording: path)
        if (try? DocumentChecksum.verdict(on: path, in: store)) == .wrong { finding = .changedDocument("", of: path) }
        switch document {
        case .own: return nil
        case .none(let problem): return Finding(.fault, "\(finding.problem); \(problem)", recording: path)
        case .copied(let bytes, let isProved):
            let key = path.isEmpty ? "zarr.json" : "\(path)/zarr.json"
            do {
                guard try isProved || saysNothing(bytes, key) else {
                    return Finding(.fault, "\(finding.problem); nothing proves that of the copy", recording: path)
                }
                try store.replace(key, with: bytes)
                finding.repair = .done
                return finding
            } catch {
                return Finding(.unchecked, "cannot be repaired: \(error)", recording: path)
            }
        }
    }

    /// Whether `bytes`, the document of a group, say no more than that it is one.
    private func saysNothing(_ bytes: [UInt8], _ key: String) throws(ZarrError) -> Bool {
        let path = key.split(separator: "/").dropLast().joined(separator: "/")
        let group = try ZarrGroup.open(PatchedStore(store, values: [key: bytes]), path: path)
        return try group.attributes(as: [String: JSONValue].self).isEmpty
    }

    private func isThere(_ path: String) -> Bool {
        ((try? store.status(of: path)) ?? nil) != nil
    }

    // MARK: - Recordings

    /// The mending of the recording at `path`.
    func recording(_ path: String) -> RecordingMending {
        RecordingMending(store: store, copy: copy, path: path, cache: cache)
    }

    /// The paths of what are recordings in the copy, and not among `members`, though something of them is in the store.
    func hiddenRecordings(besides members: StoreMembers) -> [String] {
        others(than: members).filter(isThere)
    }

    /// Findings about recordings of the copy of which nothing is in the store. Nobody can know whether they were lost or removed.
    func missingRecordings(besides members: StoreMembers) -> [Finding] {
        others(than: members).filter { !isThere($0) }.map { path in
            Finding(
                .unchecked,
                "is in the copy and not in the store; if it was not removed on purpose, copy its folder",
                recording: path)
        }
    }

    private func others(than members: StoreMembers) -> [String] {
        let known = Set(members.recordings)
        return self.members.recordings.filter { !known.contains($0) }
    }
}
