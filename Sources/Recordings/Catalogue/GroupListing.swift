import Support
import Zarr

/// Lists one group of a store: finds everything in it that is, or should be, a recording or a group.
///
/// Groups are listed from their folders, never from consolidated metadata, which goes stale silently.
struct GroupListing: Sendable {
    /// Groups nested deeper than this are not entered: a store whose folders form a circle has no end.
    private static let maximumDepth = 32

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
        return contents(learned: previous?.handOver() ?? [:], subgroups: subgroups)
    }

    /// The same; `learned` are recordings that are known, by the names of their nodes, and `subgroups` are groups that are known, by
    /// their paths.
    private func contents(
        learned: [String: KnownRecording], subgroups: [String: CatalogueGroup]
    ) -> GroupContents {
        guard group.depth < Self.maximumDepth else {
            return problem(RecordingError("groups below this one are not entered: too deep", recording: group.path))
        }
        do throws(ZarrError) {
            let names = try ZarrGroup.open(store, path: group.path).children()
                .map { (number: UInt64($0), name: $0) }.sorted(by: Self.precedes).map(\.name)
            let known = opener.file.flatMap {
                KnownRuns(of: group.path, names, in: $0, store: store, showing: opener.metadata)
            }
            let runs = (0..<(names.count + RecordingPage.capacity - 1) / RecordingPage.capacity).map { $0 }
            let parts = Parallel.map(runs) { run in
                let first = run * RecordingPage.capacity
                return part(
                    names[first..<min(first + RecordingPage.capacity, names.count)], known?.take(run), learned,
                    subgroups)
            }
            return GroupContents(of: group, parts, source: opener)
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

    /// The members called `names`; `known` are those that an earlier mount learned, `learned` those that this one has.
    private func part(
        _ names: ArraySlice<String>, _ known: KnownRuns.Run?, _ learned: [String: KnownRecording],
        _ subgroups: [String: CatalogueGroup]
    ) -> GroupContents.Part {
        var draft = RecordingPage.Draft()
        var others: [(place: Int, member: GroupContents.Member)] = []
        var unread: [UnreadNodes.Node] = []
        for (index, name) in names.enumerated() {
            // Nobody sees the rest, as the mount ends.
            guard Cancellation.reason != .ended else { break }
            let path = group.path.isEmpty ? name : "\(group.path)/\(name)"
            do throws(ZarrError) {
                if let recording = learned[name] ?? known?.recording(at: index, path: path, of: store) {
                    draft.add(recording)
                    continue
                }
                guard
                    let (node, attributes) = try ZarrNode.open(
                        store, path: path, cache: opener.cache, attributes: ListedAttributes.self)
                else {
                    guard !name.hasPrefix(String.hiddenNamePrefix) else { continue }
                    let isLost = hasNodes(in: path)
                    if isLost { others.append((draft.count, .problem(Self.lost("there is no zarr.json", path)))) }
                    unread.append(UnreadNodes.Node(path: path, isMissing: !isLost))
                    continue
                }
                if case .array = node, hasNodes(in: path) {
                    others.append((draft.count, .problem(Self.lost("its zarr.json is that of an array", path))))
                } else if case .array = node {
                    if attributes.hasSampleRate { draft.addFound(name, sourceName: name, isArray: true) }
                } else if attributes.isRecording {
                    draft.addFound(
                        name, sourceName: attributes.sourceName ?? name, isArray: false,
                        mayRestoreSource: attributes.mayRestoreSource)
                } else {
                    others.append((draft.count, .group(subgroups[path] ?? subgroup(path))))
                }
            } catch {
                let problem = RecordingError("cannot be read", recording: path, cause: error)
                others.append((draft.count, .problem(problem)))
                unread.append(UnreadNodes.Node(path: path, isMissing: false))
            }
        }
        return GroupContents.Part(draft, others: others, unread: unread)
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
        ((try? store.status(of: "\(path)/zarr.json")) ?? nil) != nil
    }

    private func subgroup(_ path: String) -> CatalogueGroup {
        CatalogueGroup(
            path: path, modified: (try? store.status(of: "\(path)/zarr.json"))?.modified, depth: group.depth + 1,
            source: opener, progress: group.progress)
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
