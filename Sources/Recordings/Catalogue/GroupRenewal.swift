import Support
import Zarr

/// Lists a group once more, and keeps what has not changed since it was last listed: of recordings that are the same, nothing is read but
/// when their documents were written.
struct GroupRenewal: Sendable {
    private let group: CatalogueGroup
    private let previous: GroupContents
    /// The groups in it, as they are now, by their names.
    private let groups: [String: CatalogueGroup]
    private let extent: NoticedChanges.Extent
    private let opener: RecordingOpener
    private let listing: GroupListing

    /// A renewal of `previous`, the members of `group`, in which `groups` take the places of its groups. Of names outside of `extent` it is
    /// only looked whether they are still there.
    init(
        of group: CatalogueGroup, _ previous: GroupContents, groups: [CatalogueGroup], extent: NoticedChanges.Extent,
        opener: RecordingOpener
    ) {
        self.group = group
        self.previous = previous
        self.groups = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.extent = extent
        self.opener = opener
        listing = GroupListing(group, opener: opener)
    }

    /// A place in the earlier listing.
    private struct Place {
        let page: Int, slot: Int
    }

    /// What a name stands for now.
    private enum Item {
        case same(Place)
        case group(CatalogueGroup)
        case found(GroupListing.Found)
    }

    /// The members as they are now; nil if they are the same as before, or if that cannot be found out.
    func contents() -> GroupContents? {
        guard let listed = listing.names(after: previous) else { return nil }
        let (names, twins) = (listed.distinct, listed.twins.map { listing.twin($0) })
        let present = Set(names)
        let kept = keptRecordings(present)
        let groups = keptGroups(present)
        let ignored = previous.ignored.filter { present.contains($0.key) && !hasChanged($0.key, since: $0.value) }
        let others = names.filter { kept[$0] == nil && groups[$0] == nil && ignored[$0] == nil }
        let found = Dictionary(
            zip(others, Parallel.map(others, threads: threads) { listing.open($0) }),
            uniquingKeysWith: { first, _ in first })
        guard isChange(kept: kept.count, groups, found, twins) else { return nil }

        depart(kept, groups)
        let items = names.compactMap { name -> (name: String, item: Item)? in
            if let place = kept[name] { return (name, .same(place)) }
            if let group = groups[name] { return (name, .group(group)) }
            return found[name].map { (name, .found($0)) }
        }
        return assemble(items, twins, ignored: ignored)
    }

    // MARK: - What is the same

    /// The recordings that are the same as before, by their names.
    private func keptRecordings(_ present: Set<String>) -> [String: Place] {
        let pages = Parallel.map(previous.pages.indices.map { $0 }) { index -> [(String, Place)] in
            let page = previous.pages[index]
            return (0..<page.count).compactMap { slot in
                let name = page.names.text(at: slot)
                guard present.contains(name), !previous.isDisproved(name), !hasChanged(name, since: page.stamps[slot])
                else { return nil }
                return (name, Place(page: index, slot: slot))
            }
        }
        return Dictionary(pages.joined(), uniquingKeysWith: { first, _ in first })
    }

    /// The groups that still are groups, by their names.
    private func keptGroups(_ present: Set<String>) -> [String: CatalogueGroup] {
        let names = groups.keys.filter { present.contains($0) }
        let areGroups = Parallel.map(names, threads: threads) { isGroup($0) }
        let kept = Set(zip(names, areGroups).filter(\.1).map(\.0))
        return groups.filter { kept.contains($0.key) }
    }

    /// How many nodes are looked at at once.
    private var threads: Int { opener.requestsAtOnce ?? Parallel.processorCount }

    /// Whether the document of the node called `name` is another one than at `stamp`. What cannot be looked at counts as the same.
    private func hasChanged(_ name: String, since stamp: UInt64) -> Bool {
        guard extent.contains(name), stamp != GroupListing.unknownStamp else { return false }
        do throws(StoreError) {
            guard let status = try opener.store.status(of: "\(listing.path(of: name))/zarr.json") else { return true }
            return status.version.map { $0 != stamp } ?? false
        } catch {
            return false
        }
    }

    /// Whether the node called `name`, which was a group, still is one, or cannot be read now.
    private func isGroup(_ name: String) -> Bool {
        guard extent.contains(name) else { return true }
        switch listing.open(name).content {
        case .group: return true
        case .problem(let problem): return (problem.cause as? ZarrError)?.kind == .store
        case .recording, .nothing: return false
        }
    }

    /// Whether there are other members than before, if that many recordings and those `groups` are the same, all else was `found`, and there are
    /// the problems `twins`.
    private func isChange(
        kept: Int, _ groups: [String: CatalogueGroup], _ found: [String: GroupListing.Found], _ twins: [RecordingError]
    ) -> Bool {
        let old = previous.groups
        guard kept == previous.recordingCount, groups.count == old.count,
            old.allSatisfy({ groups[$0.name] === $0 })
        else { return true }
        let problems = Set(previous.problems.map(\.recording))
        guard twins.allSatisfy({ problems.contains($0.recording) }) else { return true }
        var count = twins.count
        for (name, member) in found {
            switch member.content {
            case .recording, .group: return true
            case .problem:
                guard problems.contains(listing.path(of: name)) else { return true }
                count += 1
            case .nothing: break
            }
        }
        return count != previous.problems.count
    }

    /// Nothing that is shown from now on has the inode of what is gone.
    private func depart(_ kept: [String: Place], _ groups: [String: CatalogueGroup]) {
        for page in previous.pages {
            for slot in 0..<page.count {
                let name = page.names.text(at: slot)
                if kept[name] == nil { depart(listing.path(of: name)) }
            }
        }
        for old in previous.groups where groups[old.name] == nil {
            old.retire()
            depart(old.path)
        }
    }

    private func depart(_ path: String) {
        group.progress.depart(path)
        opener.openRecordings.forget(below: path)
    }

    // MARK: - Assembling

    private func assemble(
        _ items: [(name: String, item: Item)], _ twins: [RecordingError], ignored: [String: UInt64]
    ) -> GroupContents {
        var assembly = Assembly(keeping: intactPages(items), of: previous)
        var ignored = ignored
        var revisions = previous.revisions
        for (name, item) in items {
            switch item {
            case .same(let place): assembly.add(page: place.page, slot: place.slot)
            case .group(let group): assembly.add(.group(group))
            case .found(let found):
                revisions[name] = group.progress.revision(of: listing.path(of: name))
                switch found.content {
                case .recording(let recording): assembly.add(name, recording)
                case .group: assembly.add(.group(listing.subgroup(listing.path(of: name))))
                case .problem(let problem): assembly.add(.problem(problem))
                case .nothing:
                    if found.unread == nil, found.stamp != GroupListing.unknownStamp { ignored[name] = found.stamp }
                }
                if let node = found.unread { assembly.unread.append(node) }
            }
        }
        for twin in twins { assembly.add(.problem(twin)) }
        return assembly.contents(of: group, source: opener, ignored: ignored, revisions: revisions)
    }

    /// The pages all of whose recordings are the same, with no other between them, so that they can be kept as they are.
    private func intactPages(_ items: [(name: String, item: Item)]) -> Set<Int> {
        var intact = Set<Int>()
        /// The page whose recordings come now, and how many of them came.
        var page: (index: Int, passed: Int)?
        for (_, item) in items {
            switch item {
            case .same(let place):
                let passed = page?.index == place.page ? page?.passed ?? 0 : 0
                page = (place.page, place.slot == passed ? passed + 1 : .min)
                if page?.passed == previous.pages[place.page].count { intact.insert(place.page) }
            case .found(let found):
                guard case .recording = found.content, let current = page else { continue }
                // One that is not full takes what is added behind it.
                if current.passed < previous.pages[current.index].count {
                    page = (current.index, .min)
                } else if current.passed < RecordingPage.capacity {
                    intact.remove(current.index)
                }
            case .group: break
            }
        }
        return intact
    }

    /// Members of a group in their order, of which parts are made.
    private struct Assembly {
        private let previous: GroupContents
        private let intact: Set<Int>
        private var parts: [GroupContents.Part] = []
        private var draft = RecordingPage.Draft()
        /// The page that is kept as it is and whose recordings come now, and how many of them came.
        private var page: (index: Int, passed: Int)?
        private var others: [(place: Int, member: GroupContents.Member)] = []
        /// The recordings of the pages that are not kept.
        private let slots: [Int: [RecordingPage.Slot]]
        private var counts = CatalogueCounts()
        var unread: [UnreadNodes.Node] = []

        init(keeping intact: Set<Int>, of previous: GroupContents) {
            self.previous = previous
            self.intact = intact
            var slots: [Int: [RecordingPage.Slot]] = [:]
            for index in previous.pages.indices where !intact.contains(index) {
                slots[index] = previous.retirePage(index)
            }
            self.slots = slots
        }

        mutating func add(page index: Int, slot: Int) {
            if intact.contains(index) {
                if slot == 0 {
                    close()
                    page = (index, 0)
                }
                page?.passed += 1
            } else if let recording = slots[index]?[slot] {
                beginDraft()
                draft.add(recording)
            }
        }

        mutating func add(_ name: String, _ found: FoundRecording) {
            beginDraft()
            draft.add(name, found: found)
        }

        mutating func add(_ member: GroupContents.Member) {
            if case .problem = member { counts.problems += 1 }
            others.append((page?.passed ?? draft.count, member))
        }

        private mutating func beginDraft() {
            if page != nil || draft.count == RecordingPage.capacity { close() }
        }

        private mutating func close() {
            if let page {
                parts.append(GroupContents.Part(previous.pages[page.index], others: others))
            } else if draft.count > 0 || !others.isEmpty {
                counts.add(draft.counts)
                parts.append(GroupContents.Part(draft, others: others))
            }
            page = nil
            draft = RecordingPage.Draft()
            others = []
        }

        /// The contents of `group` that take the place of the previous ones, with their counts.
        mutating func contents(
            of group: CatalogueGroup, source: any CatalogueSource, ignored: [String: UInt64],
            revisions: [String: UInt32]
        ) -> GroupContents {
            close()
            if !unread.isEmpty { parts.append(GroupContents.Part(RecordingPage.Draft(), unread: unread)) }
            var gone = CatalogueCounts()
            gone.problems = previous.problems.count
            group.progress.count { [counts] all in
                all.subtract(gone)
                all.add(counts)
            }
            previous.leaveUnread()
            return GroupContents(
                of: group, parts, source: source, ignored: ignored, revisions: revisions,
                relearned: previous.relearnedNames)
        }
    }
}
