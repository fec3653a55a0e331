import Recordings
import Support
import Synchronization
public import Zarr

/// A group that recordings are imported into. If it does not exist, it is made when something is to appear in it, so that an import that
/// fails leaves no empty group.
public final class AudioGroup: Sendable {
    /// Its path in the store.
    let path: String
    let store: any WritableStore
    let sources: GroupSources
    private let existence: Mutex<Existence>

    /// Whether the group exists.
    private enum Existence {
        case made
        case missing
        /// It does not, but only has to be published.
        case staged(StagedGroup)
    }

    private static let mark: [String: JSONValue] = [
        "magic_id": .text(HierarchyNames.audioGroupMagic),
        "version": .array(HierarchyNames.version.map { JSONValue($0) }),
    ]

    /// The audio group at `path` of `store`, which need not exist. A group that is there already becomes an audio group.
    ///
    /// Throws if something else is there: a recording, an array.
    public init(in store: any WritableStore, path: String) throws(ZarrError) {
        self.store = store
        self.path = path
        sources = GroupSources(of: path, in: store)
        let missing = try Self.missingGroups(at: path, of: store)
        existence = Mutex(missing.isEmpty ? .made : .missing)
        if missing.isEmpty { try Self.mark(path, in: store) }
    }

    /// The groups at `path` of `store`, which is to be a group for recordings, and above it that do not exist.
    ///
    /// Throws if something else is there, or above: nobody looks for recordings in a recording.
    public static func missingGroups(at path: String, of store: any Store) throws(ZarrError) -> [String] {
        try StagedGroup.missingGroups(at: path, of: store) { above, group throws(ZarrError) in
            let attributes = try group.attributes(as: [String: JSONValue].self)
            guard attributes["type"] != .text(HierarchyNames.recordingType) else {
                throw ZarrError(
                    .invalidRequest, "is a recording, in which nobody finds another one: name another group",
                    path: above)
            }
        }
    }

    /// Writes what is missing of the group and of those above it, so that they only have to appear: once an import is interrupted, nothing
    /// new is written, but what is being verified then is still to get its group.
    func stage() throws(ZarrError) {
        try existence.withLock { existence throws(ZarrError) in
            guard case .missing = existence else { return }
            existence = .staged(try StagedGroup(in: store, path: path, attributes: Self.mark))
        }
    }

    /// Makes the group, and the groups above it, if they are missing.
    func make() throws(ZarrError) {
        try stage()
        try existence.withLock { existence throws(ZarrError) in
            guard case .staged(var group) = existence else { return }
            do throws(ZarrError) {
                _ = try Self.missingGroups(at: path, of: store)
                // Another process may have made it meanwhile, or put something else there.
                if try !group.publish() {
                    _ = try Self.missingGroups(at: path, of: store)
                    try Self.mark(path, in: store)
                }
                existence = .made
            } catch {
                existence = .staged(group)
                throw error
            }
        }
    }

    /// Gives the group at `path` of `store`, which exists, the attributes of an audio group.
    private static func mark(_ path: String, in store: any WritableStore) throws(ZarrError) {
        let attributes = try ZarrGroup.open(store, path: path).attributes(as: [String: JSONValue].self)
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
        /// It is at this path now; `namesake` is what other recording of the group wants the same name in a mount.
        case new(String, namesake: ImportedRecording.Namesake?)
        /// Its source was in the group before, at this path.
        case old(String)
        /// Its source was in the group, but is not any more.
        case vanished
    }

    /// Publishes `candidates` in their order, each under the next number, but for those whose source has been published before, by
    /// whichever process.
    ///
    /// When it returns, all recordings that it reports would survive a power cut; when it throws, no candidate is in the group.
    func publish(_ candidates: [Candidate]) throws(ImportError) -> [Publication] {
        do {
            for candidate in candidates { try candidate.node?.sync() }
            if candidates.contains(where: { $0.node != nil }) { try make() }
            return try publishSynced(candidates)
        } catch let error as ZarrError {
            throw ImportError("the group cannot be made", cause: error)
        } catch {
            throw ImportError(wrapping: error)
        }
    }

    private func publishSynced(_ candidates: [Candidate]) throws(StoreError) -> [Publication] {
        return try store.withLock(on: path) { () throws(StoreError) in
            try sources.refresh()
            let new = try indicesOfNew(candidates)
            let numbers = try store.publish(
                new.compactMap { candidates[$0].node }, numberedIn: path, from: sources.nextNumber())
            // Another process may have published a source and not synced the group, before it was killed.
            if new.isEmpty { try store.syncNames(in: path) }
            let published = Dictionary(uniqueKeysWithValues: zip(new, numbers))
            var publications: [Publication] = []
            for (index, candidate) in candidates.enumerated() {
                if let number = published[index] {
                    let namesake = sources.namesake(of: candidate.source)
                    publications.append(
                        .new(sources.add(String(number), candidate.source), namesake: namesake))
                } else {
                    publications.append(try present(candidate).map { .old($0) } ?? .vanished)
                }
            }
            return publications
        }
    }

    /// The place of the recording of the source of `candidate`, if it is there now; nil if not. Lists may still have one that was removed.
    private func present(_ candidate: Candidate) throws(StoreError) -> String? {
        guard let place = try sources.place(of: candidate.identity), try store.contains("\(place)/zarr.json") else {
            return nil
        }
        return place
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
