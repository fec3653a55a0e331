public import Zarr

/// What the catalogue that a store keeps of itself says otherwise than the store.
public struct StoredCatalogueCheck: Sendable {
    /// How many recordings the store has.
    public private(set) var recordingCount = 0
    /// The paths of recordings that the catalogue has no row of.
    public private(set) var missing: [String] = []
    /// The paths of recordings of which the catalogue says something else.
    public private(set) var stale: [String] = []
    /// The paths of recordings that only the catalogue has.
    public private(set) var gone: [String] = []
    /// Why recordings, or groups, of the store cannot be read, of which nothing can be said.
    public private(set) var unread: [RecordingError] = []
    /// Why parts of the catalogue cannot be read.
    public private(set) var problems: [ZarrError] = []

    /// Compares the catalogue of `store` with `catalogue`, which is that of all of the store and was made without it.
    public init(_ store: any Store, against catalogue: Catalogue) throws(ZarrError) {
        let read = try StoredCatalogue.rows(in: store) { $0 }
        problems = read.problems
        var known: [String: RecordingFacts] = [:]
        for row in read.rows {
            if case .recording(let facts) = row.content { known[row.path] = facts } else { known[row.path] = nil }
        }
        unread = catalogue.problems()
        var (count, missing, stale) = (0, [String](), [String]())
        catalogue.forEachMember { contents, member in
            guard case .recording(let number) = member, let facts = try? contents.facts(of: number) else { return }
            count += 1
            guard let row = known.removeValue(forKey: facts.path) else { return missing.append(facts.path) }
            if !row.areSame(as: facts) { stale.append(facts.path) }
        }
        recordingCount = count
        for path in unread.map(\.recording) {
            known = known.filter { $0.key != path && !path.isEmpty && !$0.key.hasPrefix("\(path)/") }
        }
        self.missing = missing
        self.stale = stale
        gone = known.keys.sorted()
    }
}
