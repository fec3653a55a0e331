import Support
import Zarr

/// What is read to open a recording, fetched in two round trips if the store takes any: all documents, then the ends of what they announce.
enum OpeningParts {
    /// The arrays that a recording may have, by their names.
    private static let arrays = CodecRegistry.ownNames.sorted()
    /// The indexes of which rows here and there are read.
    private static let probedIndexes = CodecRegistry.all.compactMap(\.probedIndexName)

    /// Fetches what opening the recording at `path` of `store` reads; nothing if that saves nothing.
    static func fetch(_ path: String, in store: any Store) -> [FetchedParts] {
        guard store.requestsAtOnce != nil else { return [] }
        let paths = [path] + arrays.map { "\(path)/\($0)" }
        // Where the rows of an index are is written at its end, which is asked for before its document says that it is there.
        let guesses = probedIndexes.map {
            ValueRequest("\(path)/\($0)/\(ZarrArray.usualKeyOfFirstChunk)", .suffix(ZarrArray.endByteCount))
        }
        guard let documents = store.fetch(paths.map { ZarrNode.documentRequest(of: $0) } + guesses) else { return [] }
        // No chunk of these arrays is decoded.
        let cache = BlockCache(budget: 0)
        let requests = paths.flatMap { path -> [ValueRequest] in
            guard let array = try? ZarrArray.open(store, path: path, cache: cache) else { return [] }
            let ends = array.endRequests(withStart: !path.hasSuffix("_index"))
            guard ends.count == 1, guesses.contains(ends[0]) else { return ends }
            return StoredFrameIndex(array).map { $0.requests(for: $0.probedRows) } ?? []
        }
        return [documents] + [store.fetch(requests)].compactMap(\.self)
    }
}
