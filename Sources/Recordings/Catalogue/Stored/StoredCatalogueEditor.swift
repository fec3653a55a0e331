import Support
public import Zarr

/// Changes the catalogue that a store keeps of itself, by parts that are added and removed, each as a whole.
///
/// Wherever it is interrupted, and whoever else does the same at the same time, readers find all rows that they found before: a part goes only
/// when others that have its rows are there.
public struct StoredCatalogueEditor: Sendable {
    private let store: any WritableStore

    /// An editor of the catalogue of `store`, which need not be there.
    public init(_ store: any WritableStore) {
        self.store = store
    }

    /// Whether `store` keeps a catalogue of itself.
    public static func exists(in store: any Store) throws(ZarrError) -> Bool {
        do throws(StoreError) {
            return try store.contains("\(StoredCatalogue.path)/zarr.json")
        } catch {
            throw ZarrError(.store, "cannot be read", path: StoredCatalogue.path, cause: error)
        }
    }

    /// The parts that the catalogue has at some time.
    public struct Parts: Sendable {
        fileprivate let names: [String]
    }

    /// The parts that the catalogue of `store` has now; none if there is no catalogue.
    public static func parts(of store: any Store) throws(ZarrError) -> Parts {
        Parts(names: try StoredCatalogue.partNames(in: store))
    }

    // MARK: - Changes

    /// Adds a part in which the recordings at `changed` are as the store has them now, and those at `gone` are no more. Those at `kept` were there
    /// before, and are in it if the catalogue lacks them: who wrote them may have been interrupted before it was changed.
    ///
    /// Those of `imported` are new. What is known of them is believed if the catalogue still has the parts of `before`, which it had before they
    /// were imported. If not, somebody may have changed them meanwhile, and they are looked at once more.
    ///
    /// Makes the catalogue if there is none. Unless that has all of the store, it names no parts, and so is none for readers that cannot list
    /// the store and would miss the rest.
    public func add(
        changed: [String], imported: [RecordingFacts] = [], since before: Parts? = nil, kept: [String] = [],
        gone: [String] = []
    ) throws(ZarrError) {
        let parts = try StoredCatalogue.partNames(in: store)
        let isKnown = before?.names == parts
        let changed = try changed + (isKnown ? [] : imported.map(\.path)) + lacking(kept)
        let new = isKnown ? imported : []
        guard !changed.isEmpty || !new.isEmpty || !gone.isEmpty else { return }
        let opener = RecordingOpener(
            store: store, cache: BlockCache(budget: Self.cacheByteCount), file: nil, log: .silent)
        defer { opener.closeAll() }
        let recordings = Parallel.map(changed, threads: store.requestsAtOnce ?? Parallel.processorCount) { path in
            let node = try? ZarrNode.open(opener.store, path: path, cache: opener.cache)
            let isArray = if case .array? = node { true } else { false }
            if let facts = try? opener.learn(path, isArray: isArray) {
                return StoredRow(path: path, content: .recording(facts))
            }
            let isGone = (try? store.contains("\(path)/zarr.json")) == false
            return StoredRow(path: path, content: isGone ? .gone : .unread)
        }
        let newest = try StoredCatalogue.partNames(in: store)
        guard new.isEmpty || newest == parts else {
            return try add(changed: changed, imported: new, gone: gone)
        }
        let groups = Set((changed + new.map(\.path)).flatMap(Self.groups(above:))).sorted()
        let rows =
            groups.map(row(ofGroup:)) + recordings
            + new.map { StoredRow(path: $0.path, content: .recording($0)) }
            + gone.map { StoredRow(path: $0, content: .gone) }
        try publish(rows, at: PartTime(notBefore: newest.last))
        let isComplete = try namesParts() ? true : hasAll()
        if isComplete { try nameParts() }
    }

    /// Puts what `catalogue` has, which is the catalogue of all of the store, in the place of all parts that are there. Returns how many
    /// recordings it has.
    ///
    /// What others add meanwhile counts: the new part comes right after the old ones.
    public func replace(by catalogue: Catalogue) throws(ZarrError) -> Int {
        let old = try StoredCatalogue.partNames(in: store)
        let time = old.last.map(PartTime.init(after:)) ?? .now
        catalogue.learn()
        var rows = [row(ofGroup: "")]
        var recordingCount = 0
        catalogue.forEachMember { contents, member in
            switch member {
            case .recording(let number):
                recordingCount += 1
                let facts = try? contents.facts(of: number)
                rows.append(
                    StoredRow(path: contents.path(of: number), content: facts.map { .recording($0) } ?? .unread))
            case .group(let group): rows.append(StoredRow(path: group.path, content: .group(modified: group.modified)))
            case .problem(let problem): rows.append(StoredRow(path: problem.recording, content: .unread))
            }
        }
        try publish(rows, at: time)
        try nameParts(but: old)
        try remove(old)
        return recordingCount
    }

    /// Removes the catalogue; false if there is none.
    public func remove() throws(ZarrError) -> Bool {
        guard try Self.exists(in: store) else { return false }
        try storing { () throws(StoreError) in try store.removeNode(StoredCatalogue.path) }
        return true
    }

    // MARK: - Parts

    private static let cacheByteCount = 64 << 20

    /// Adds `rows` as parts whose names say `time`.
    func publish(_ rows: [StoredRow], at time: PartTime = .now) throws(ZarrError) {
        try makeGroup()
        var columns = ColumnFactWriter()
        for row in rows {
            columns.append(row)
            guard columns.rowCount == StoredPart.rowLimit || columns.textByteCount >= StoredPart.textByteLimit else {
                continue
            }
            try publish(columns, at: time)
            columns = ColumnFactWriter()
        }
        if columns.rowCount > 0 { try publish(columns, at: time) }
    }

    private func publish(_ columns: ColumnFactWriter, at time: PartTime) throws(ZarrError) {
        let name = "\(time.text)-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
        let node = try storing { () throws(StoreError) in try store.stageNode() }
        try StoredPart.write(columns, to: node)
        let isNew = try storing { () throws(StoreError) in try node.publish(as: "\(StoredCatalogue.path)/\(name)") }
        guard isNew else {
            throw ZarrError(
                .store, "there is a part of the catalogue of that name", path: "\(StoredCatalogue.path)/\(name)")
        }
    }

    /// Makes the group of the parts unless it is there.
    private func makeGroup() throws(ZarrError) {
        guard try !Self.exists(in: store) else { return }
        let node = try storing { () throws(StoreError) in try store.stageNode() }
        try node.writeGroup(attributes: Self.attributes(parts: nil))
        // If it is there by now, another process has made it.
        _ = try storing { () throws(StoreError) in try node.publish(as: StoredCatalogue.path) }
    }

    /// Has the document of the group name the parts that are there, but for `doomed`: for readers that cannot list them.
    private func nameParts(but doomed: [String] = []) throws(ZarrError) {
        let result = try storing { () throws(StoreError) in
            try store.withLock(on: StoredCatalogue.path) { () throws(StoreError) in
                Result { () throws(ZarrError) in
                    let names = try StoredCatalogue.partNames(in: store).filter { !doomed.contains($0) }
                    try ZarrGroup.replaceAttributes(
                        in: store, path: StoredCatalogue.path, with: Self.attributes(parts: names))
                }
            }
        }
        try result.get()
    }

    /// Whether the document of the group names parts: then it names all of them.
    private func namesParts() throws(ZarrError) -> Bool {
        try ZarrGroup.open(store, path: StoredCatalogue.path).attributes(as: StoredCatalogueAttributes.self).parts
            != nil
    }

    /// Whether the catalogue has a row for every node of the store that may be listed.
    private func hasAll() throws(ZarrError) -> Bool {
        let known = try knownPaths()
        var groups = [""]
        while let group = groups.popLast() {
            for name in try ZarrGroup.names(of: group, in: store).distinct {
                let path = group.isEmpty ? name : "\(group)/\(name)"
                if let isGroup = known[path] {
                    if isGroup { groups.append(path) }
                    continue
                }
                // A group that has nothing to be listed may have no row.
                let found = try? ZarrNode.open(
                    store, path: path, cache: BlockCache(budget: 0), attributes: ListedAttributes.self)
                guard case (.group, let attributes)? = found, !attributes.isRecording else { return false }
                groups.append(path)
            }
        }
        return true
    }

    private static func attributes(parts: [String]?) -> StoredCatalogueAttributes {
        StoredCatalogueAttributes(type: StoredCatalogueAttributes.type, version: [1, 0], parts: parts)
    }

    /// Removes the parts called `names`, which somebody else may do at the same time.
    private func remove(_ names: [String]) throws(ZarrError) {
        var failed: (place: String, error: ZarrError)?
        for name in names {
            let place = "\(StoredCatalogue.path)/\(name)"
            do {
                try storing { () throws(StoreError) in try store.removeNode(place) }
            } catch {
                failed = (place, error)
            }
        }
        guard let failed, try storing({ () throws(StoreError) in try store.contains("\(failed.place)/zarr.json") })
        else {
            return
        }
        throw failed.error
    }

    // MARK: - Rows

    /// Those of `paths` of which the catalogue has no row, or says that they are gone.
    private func lacking(_ paths: [String]) throws(ZarrError) -> [String] {
        guard !paths.isEmpty else { return [] }
        let known = try knownPaths()
        return paths.filter { known[$0] == nil }
    }

    /// The paths of which the catalogue has rows, and whether each is a group.
    private func knownPaths() throws(ZarrError) -> [String: Bool] {
        var known: [String: Bool] = [:]
        for row in try StoredCatalogue.rows(in: store, { $0 }).rows {
            switch row.content {
            case .gone: known[row.path] = nil
            case .group: known[row.path] = true
            case .recording, .unread: known[row.path] = false
            }
        }
        return known
    }

    private func row(ofGroup path: String) -> StoredRow {
        let status = try? store.status(of: path.isEmpty ? "zarr.json" : "\(path)/zarr.json")
        return StoredRow(path: path, content: .group(modified: status?.modified))
    }

    /// The paths of the groups that the node at `path` is in, the root among them.
    private static func groups(above path: String) -> [String] {
        let names = path.split(separator: "/")
        return names.indices.map { names[..<$0].joined(separator: "/") }
    }

    private func storing<T>(_ body: () throws(StoreError) -> T) throws(ZarrError) -> T {
        do throws(StoreError) {
            return try body()
        } catch {
            throw ZarrError(.store, "the store's catalogue cannot be written", path: StoredCatalogue.path, cause: error)
        }
    }
}
