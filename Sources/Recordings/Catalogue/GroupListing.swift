import Support
import Zarr

/// Lists one group of a store: finds everything in it that is, or should be, a recording or a group.
///
/// Groups are listed from their folders, never from consolidated metadata, which goes stale silently.
struct GroupListing: Sendable {
    /// Groups nested deeper than this are not entered: a store whose folders form a circle has no end.
    private static let maximumDepth = 32

    /// So many recordings are few, or one in `fewShare` of a group.
    private static let few = 64, fewShare = 50

    /// The version of a document that is not known, or that nobody wants to know.
    static let unknownStamp: UInt64 = 0

    private let group: CatalogueGroup
    private let opener: RecordingOpener
    private var store: any Store { opener.store }

    /// A listing of `group` for `opener`, on all processors.
    init(_ group: CatalogueGroup, opener: RecordingOpener) {
        self.group = group
        self.opener = opener
    }

    /// The group's contents. What an earlier listing has learned is taken from it.
    func contents() -> GroupContents {
        let previous = group.takePrevious()
        let subgroups = Dictionary(
            (previous?.groups ?? []).map { ($0.path, $0.renewed()) }, uniquingKeysWith: { first, _ in first })
        return contents(after: previous, learned: previous?.handOver() ?? [:], subgroups: subgroups)
    }

    /// The same; `previous` is the earlier listing, if there is one, `learned` are recordings that it knows, by the names of their nodes,
    /// and `subgroups` groups, by their paths.
    private func contents(
        after previous: GroupContents?, learned: [String: KnownRecording], subgroups: [String: CatalogueGroup]
    ) -> GroupContents {
        guard group.depth < Self.maximumDepth else {
            return problem(RecordingError("groups below this one are not entered: too deep", recording: group.path))
        }
        do throws(ZarrError) {
            let isRemote = store.requestsAtOnce != nil
            let trusted = isRemote ? opener.stored?.members(ofGroup: group.path) : nil
            let listed = try names(trusted)
            let twins = listed.twins.map { (place: 0, member: GroupContents.Member.problem(twin($0))) }
            let names = listed.distinct
            let isKnown = names.allSatisfy { trusted?[$0]?.isKnown == true }
            let known = (isKnown ? nil : opener.file).flatMap {
                KnownRuns(of: group.path, names, in: $0, store: store, showing: opener.metadata)
            }
            // What is listed anew for what could not be read at first is not examined in the background.
            let stored = isRemote || previous != nil ? trusted : storedMembers(names, known)
            let runs = (0..<(names.count + RecordingPage.capacity - 1) / RecordingPage.capacity).map { $0 }
            let parts = Parallel.map(runs, threads: store.requestsAtOnce ?? Parallel.processorCount) { run in
                let first = run * RecordingPage.capacity
                return part(
                    names[first..<min(first + RecordingPage.capacity, names.count)], stored ?? [:], known?.take(run),
                    learned, subgroups)
            }
            return GroupContents(
                of: group, parts.map(\.part) + [GroupContents.Part(RecordingPage.Draft(), others: twins)],
                source: opener, ignored: ignored(in: parts),
                revisions: previous?.revisions ?? [:], relearned: previous?.relearnedNames ?? [])
        } catch {
            let isRoot = group.depth == 0
            let problem = RecordingError(
                isRoot ? "its groups cannot be listed" : "cannot be read", recording: group.path, cause: error)
            if isRoot { opener.log.say(.error, problem.description) }
            return self.problem(problem, unread: [UnreadNodes.Node(path: group.path, isMissing: false)])
        }
    }

    private func problem(_ problem: RecordingError, unread: [UnreadNodes.Node] = []) -> GroupContents {
        let part = GroupContents.Part(RecordingPage.Draft(), others: [(0, .problem(problem))], unread: unread)
        return GroupContents(of: group, [part], source: opener)
    }

    /// The names of what may be members, in their order; `stored` are members that the store's catalogue has, if it knows of the group. If
    /// nobody looks again later, or there are none, the store is asked. What changes from now on is noticed, if the group is watched.
    private func names(_ stored: StoredCatalogue.Members?) throws(ZarrError) -> NodeNames {
        guard let stored else { return try names() }
        guard store.listsFolders else {
            return Self.inOrder(stored.keys, and: try? ZarrGroup.names(of: group.path, in: store))
        }
        guard opener.isLiving else { return try names() }
        opener.trust()
        return Self.inOrder(stored.keys, and: nil)
    }

    /// What the catalogue of a store on this machine has of the group; nil if it is not needed: if there are few recordings among `names` of
    /// which nothing is `known`, their documents are read sooner than all of the catalogue.
    private func storedMembers(_ names: [String], _ known: KnownRuns?) -> StoredCatalogue.Members? {
        let newCount = names.count - (known?.count ?? 0)
        // Most groups have either recordings or groups.
        guard let stored = opener.stored, newCount > max(names.count / Self.fewShare, Self.few),
            let first = names.first, case .recording = open(first).content
        else { return nil }
        return stored.members(ofGroup: group.path)
    }

    /// The names of what may be members now, in their order, of which `previous` were there before; nil if that cannot be found out.
    func names(after previous: GroupContents) -> NodeNames? {
        guard !store.listsFolders, let stored = opener.stored, stored.hasParts else { return try? names() }
        let listed = try? ZarrGroup.names(of: group.path, in: store)
        // A web server knows only what it was told when its catalogue was written, or its metadata were consolidated.
        guard opener.hasNewCatalogue else { return listed.map { Self.inOrder(previous.memberNames, and: $0) } }
        guard let members = stored.members(ofGroup: group.path) else { return listed.map { Self.inOrder([], and: $0) } }
        return Self.inOrder(members.keys, and: listed)
    }

    /// The names of what may be members, in their order, as the store has them.
    private func names() throws(ZarrError) -> NodeNames {
        opener.watch?.add(group.path)
        let names = try ZarrGroup.open(store, path: group.path).names()
        return NodeNames(distinct: Self.inOrder(names.distinct), twins: names.twins)
    }

    /// What is known of the node `name`, another one than that whose name is the same to Unicode.
    func twin(_ name: String) -> RecordingError {
        RecordingError(NodeNames.problem(of: name), recording: path(of: name))
    }

    /// `names`, in their order, and those that were `listed`.
    private static func inOrder(_ names: some Sequence<String>, and listed: NodeNames?) -> NodeNames {
        NodeNames(distinct: inOrder(Set(names).union(listed?.distinct ?? [])), twins: listed?.twins ?? [])
    }

    private static func inOrder(_ names: some Sequence<String>) -> [String] {
        names.map { (number: UInt64($0), name: $0) }.sorted(by: precedes).map(\.name)
    }

    /// The path of the node called `name`.
    func path(of name: String) -> String { group.path.isEmpty ? name : "\(group.path)/\(name)" }

    /// A part of the group, and the folders in it that are no members, with the versions of their documents.
    private struct ListedPart {
        let part: GroupContents.Part
        var ignored: [String: UInt64] = [:]
    }

    private func ignored(in parts: [ListedPart]) -> [String: UInt64] {
        parts.reduce(into: [:]) { $0.merge($1.ignored) { first, _ in first } }
    }

    /// The members called `names`; `stored` are those that the store's catalogue has, `known` those that an earlier mount learned, `learned`
    /// those that this one has.
    ///
    /// Of a store on another machine, what its catalogue says is believed until a recording is opened. Of one on this machine, only what it says of
    /// recordings whose documents have the bytes that they had then, and until the recordings are examined in the background.
    private func part(
        _ names: ArraySlice<String>, _ stored: StoredCatalogue.Members, _ known: KnownRuns.Run?,
        _ learned: [String: KnownRecording], _ subgroups: [String: CatalogueGroup]
    ) -> ListedPart {
        var draft = RecordingPage.Draft()
        var others: [(place: Int, member: GroupContents.Member)] = []
        var unread: [UnreadNodes.Node] = []
        var ignored: [String: UInt64] = [:]
        let isRemote = store.requestsAtOnce != nil
        let store = FetchingStore(store)
        let fetched = store.fetch(
            names.filter { learned[$0] == nil && stored[$0]?.isKnown != true }
                .map { ZarrNode.documentRequest(of: path(of: $0)) })
        defer { withExtendedLifetime(fetched) {} }
        for (index, name) in names.enumerated() {
            // Nobody sees the rest, as the mount ends.
            guard Cancellation.reason != .ended else { break }
            let path = path(of: name)
            if isRemote, learned[name] == nil, case .group(let modified)? = stored[name] {
                others.append((draft.count, .group(subgroups[path] ?? subgroup(path, modified: modified))))
                continue
            }
            if let recording = learned[name] ?? (isRemote ? stored[name]?.recording : nil)
                ?? known?.recording(at: index, path: path, of: store, stamp: stamp(of: path))
                ?? (isRemote ? nil : stored[name].flatMap { unchanged($0, at: path) })
            {
                draft.add(recording)
                continue
            }
            let found = open(name, in: store)
            switch found.content {
            case .recording(let recording): draft.add(name, found: recording)
            case .group: others.append((draft.count, .group(subgroups[path] ?? subgroup(path))))
            case .problem(let problem): others.append((draft.count, .problem(problem)))
            case .nothing:
                if found.unread == nil, found.stamp != Self.unknownStamp { ignored[name] = found.stamp }
            }
            if let node = found.unread { unread.append(node) }
        }
        return ListedPart(part: GroupContents.Part(draft, others: others, unread: unread), ignored: ignored)
    }

    /// The recording that the store's catalogue has as `member`, if its document at `path` has the bytes that it had then.
    private func unchanged(_ member: StoredCatalogue.Member, at path: String) -> KnownRecording? {
        guard case .recording(let recording, let checksum?) = member,
            let status = (try? store.status(of: "\(path)/zarr.json")) ?? nil,
            let document = (try? NodeDocument(store, path: path)) ?? nil, UInt64(document.checksum) == checksum,
            var facts = RecordingFacts(packed: recording.facts[...], path: path)
        else { return nil }
        // A copy of the store may have another time.
        facts.modified = status.modified ?? Timestamp(seconds: 0)
        let unchanged = KnownRecording(facts, stamp: status.version ?? Self.unknownStamp)
        return (try? unchanged.waveByteCount.get()) == nil ? nil : unchanged.unproven
    }

    /// What a folder in the group is.
    struct Found: Sendable {
        enum Content: Sendable {
            case recording(FoundRecording)
            case group
            case problem(RecordingError)
            /// Nothing that a catalogue has.
            case nothing
        }

        let content: Content
        /// The version of its document before that was read; `unknownStamp` if it is not known.
        let stamp: UInt64
        /// It, if it could not be read.
        var unread: UnreadNodes.Node?
    }

    /// Reads the document of the folder called `name`.
    func open(_ name: String) -> Found { open(name, in: store) }

    private func open(_ name: String, in store: any Store) -> Found {
        let path = path(of: name)
        let stamp = stamp(of: path)
        do throws(ZarrError) {
            guard
                let (node, attributes) = try ZarrNode.open(
                    store, path: path, cache: opener.cache, attributes: ListedAttributes.self)
            else {
                guard !name.hasPrefix(String.hiddenNamePrefix) else { return Found(content: .nothing, stamp: stamp) }
                let isLost = hasNodes(in: path) && !store.isBeingWritten(path)
                return Found(
                    content: isLost ? .problem(Self.lost("there is no zarr.json", path)) : .nothing, stamp: stamp,
                    unread: UnreadNodes.Node(path: path, isMissing: !isLost))
            }
            if case .array = node, hasNodes(in: path) {
                return Found(content: .problem(Self.lost("its zarr.json is that of an array", path)), stamp: stamp)
            }
            return Found(content: content(of: node, attributes, name: name, stamp: stamp), stamp: stamp)
        } catch {
            let problem = RecordingError("cannot be read", recording: path, cause: error)
            return Found(
                content: .problem(problem), stamp: stamp, unread: UnreadNodes.Node(path: path, isMissing: false))
        }
    }

    /// What `node` is, which is called `name` and has those `attributes`.
    private func content(
        of node: ZarrNode, _ attributes: ListedAttributes, name: String, stamp: UInt64
    ) -> Found.Content {
        switch node {
        case .array where attributes.hasSampleRate:
            .recording(FoundRecording(sourceName: name, isArray: true, mayRestoreSource: false, stamp: stamp))
        case .array: .nothing
        case .group where attributes.isRecording:
            .recording(
                FoundRecording(
                    sourceName: attributes.sourceName ?? name, isArray: false,
                    mayRestoreSource: attributes.mayRestoreSource, stamp: stamp))
        case .group: .group
        }
    }

    /// The version of the document of the node at `path`, if somebody wants to know later whether it is still the same.
    private func stamp(of path: String) -> UInt64 {
        guard opener.isLiving else { return Self.unknownStamp }
        return ((try? store.status(of: "\(path)/zarr.json")) ?? nil)?.version ?? Self.unknownStamp
    }

    /// The problem of a folder that holds nodes as a group does, but has no document of one.
    private static func lost(_ reason: String, _ path: String) -> RecordingError {
        RecordingError("cannot be read: \(reason), though there are nodes in its folder", recording: path)
    }

    /// Whether there are nodes in the folder at `path`. Of many folders in it, only the first are looked at.
    private func hasNodes(in path: String) -> Bool {
        ((try? store.children(of: path)) ?? []).prefix(64).contains { hasDocument("\(path)/\($0)") }
    }

    private func hasDocument(_ path: String) -> Bool {
        // A store on another machine has a status for anything.
        guard store.requestsAtOnce == nil else { return (try? store.contains("\(path)/zarr.json")) ?? false }
        return ((try? store.status(of: "\(path)/zarr.json")) ?? nil) != nil
    }

    /// The group at `path`, which was not there when this one was last listed.
    func subgroup(_ path: String) -> CatalogueGroup {
        subgroup(path, modified: (try? store.status(of: "\(path)/zarr.json"))?.modified)
    }

    private func subgroup(_ path: String, modified: Timestamp?) -> CatalogueGroup {
        CatalogueGroup(
            path: path, modified: modified, depth: group.depth + 1, source: opener, progress: group.progress,
            revision: group.progress.revision(of: path) ?? group.revision)
    }

    /// Numbers come first, by value; then come other names, by their characters.
    private static func precedes(
        _ left: (number: UInt64?, name: String), _ right: (number: UInt64?, name: String)
    ) -> Bool {
        switch (left.number, right.number) {
        case (let left?, let right?) where left != right: left < right
        case (_?, nil): true
        case (nil, _?): false
        default: left.name < right.name
        }
    }
}
