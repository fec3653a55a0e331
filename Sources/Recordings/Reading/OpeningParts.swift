import Support
import Zarr

/// What is read to open a recording, fetched in two round trips if the store takes any: all documents, then the ends of what they announce.
enum OpeningParts {
    /// The arrays that a recording may have, by their names.
    private static let arrays = CodecRegistry.all.reduce(into: Set<String>()) { $0.formUnion($1.ownNames) }.sorted()

    /// Fetches what opening the recording at `path` of `store` reads; nothing if that saves nothing.
    static func fetch(_ path: String, in store: any Store) -> [FetchedParts] {
        guard store.requestsAtOnce != nil else { return [] }
        let paths = [path] + arrays.map { "\(path)/\($0)" }
        guard let documents = store.fetch(paths.map { ZarrNode.documentRequest(of: $0) }) else { return [] }
        // No chunk of these arrays is decoded.
        let cache = BlockCache(budget: 0)
        let requests = paths.flatMap { path -> [ValueRequest] in
            guard let array = try? ZarrArray.open(store, path: path, cache: cache) else { return [] }
            return array.endRequests(withStart: !path.hasSuffix("_index"))
        }
        return [documents] + [store.fetch(requests)].compactMap(\.self)
    }
}
