import Recordings
import Support
public import Zarr

/// A group that recordings are imported into.
public final class AudioGroup: Sendable {
    /// Its path in the store.
    let path: String
    let store: any WritableStore
    let sources: GroupSources

    /// Opens the audio group at `path` of `store`, and makes it, and the groups above it, if it is not there.
    ///
    /// Throws if something else is there: a recording, an array.
    public init(in store: any WritableStore, path: String) throws(ZarrError) {
        self.store = store
        self.path = path
        sources = GroupSources(of: path, in: store)
        let mark: [String: JSONValue] = [
            "magic_id": .text(HierarchyNames.audioGroupMagic),
            "version": .array(HierarchyNames.version.map { JSONValue($0) }),
        ]
        guard try !ZarrGroup.create(in: store, path: path, attributes: mark) else { return }
        let attributes = try ZarrGroup.open(store, path: path).attributes(as: [String: JSONValue].self)
        if attributes["type"] == .text(HierarchyNames.recordingType) {
            throw ZarrError(.invalidRequest, "is a recording, not a group for recordings", path: path)
        }
        guard attributes["magic_id"] != mark["magic_id"] else { return }
        try ZarrGroup.replaceAttributes(in: store, path: path, with: attributes.merging(mark) { _, new in new })
    }

    /// A source that is to be a recording of the group.
    struct Candidate: Sendable {
        let identity: SourceIdentity
        /// Bytes of its file.
        let byteCount: UInt64
        /// Its name without its folder.
        let name: String
        /// The recording; nil if the group had one of this source.
        let node: (any StagedNode)?

        fileprivate var source: GroupSources.Source {
            GroupSources.Source(identity: identity, byteCount: byteCount, name: name)
        }
    }

    /// What came of publishing a candidate.
    enum Publication: Equatable {
        /// It is at this path now. `hasNamesake` says whether another recording of the group wants the same name in a mount.
        case new(String, hasNamesake: Bool)
        /// Its source was in the group before, at this path.
        case old(String)
        /// Its source was in the group, but is not any more.
        case vanished
    }

    /// Publishes `candidates` in their order, each under the next number, but for those whose source has been published before, by
    /// whichever process.
    ///
    /// When it returns, all recordings that it reports would survive a power cut; when it throws, no candidate is in the group.
    func publish(_ candidates: [Candidate]) throws(StoreError) -> [Publication] {
        for candidate in candidates { try candidate.node?.sync() }
        return try store.withLock(on: path) { () throws(StoreError) in
            try sources.refresh()
            let new = try indicesOfNew(candidates)
            let numbers = try store.publish(new.compactMap { candidates[$0].node }, numberedIn: path)
            // Another process may have published a source and not synced the group, before it was killed.
            if new.isEmpty { try store.syncNames(in: path) }
            let published = Dictionary(uniqueKeysWithValues: zip(new, numbers))
            var publications: [Publication] = []
            for (index, candidate) in candidates.enumerated() {
                if let number = published[index] {
                    let hasNamesake = sources.hasNamesake(of: candidate.name)
                    publications.append(
                        .new(sources.add(String(number), candidate.source), hasNamesake: hasNamesake))
                } else {
                    publications.append(try sources.place(of: candidate.identity).map { .old($0) } ?? .vanished)
                }
            }
            return publications
        }
    }

    /// Which of `candidates` are staged, and of sources that are not in the group; of several of the same source, the first.
    private func indicesOfNew(_ candidates: [Candidate]) throws(StoreError) -> [Int] {
        var seen: Set<SourceIdentity> = []
        var indices: [Int] = []
        for (index, candidate) in candidates.enumerated() where candidate.node != nil {
            let identity = candidate.identity
            guard try sources.place(of: identity) == nil, !seen.contains(identity), !seen.contains(identity.ofAnyStream)
            else { continue }
            seen.insert(identity)
            indices.append(index)
        }
        return indices
    }
}
