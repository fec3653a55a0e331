import Support

extension ZarrArray {
    /// A region of an array: elements from a first one on, a number for each dimension.
    public struct Region {
        let array: ZarrArray
        let start: [UInt64]
        let count: [UInt64]

        /// The region of `count` elements from `start` on of `array`.
        public init(_ array: ZarrArray, start: [UInt64], count: [UInt64]) {
            self.array = array
            self.start = start
            self.count = count
        }
    }

    /// Whether every request takes a round trip to another machine, so that it is worth while to fetch several things at once.
    public var takesRoundTrips: Bool { requestsAtOnce != nil }

    /// How many requests the store takes at once, if it is on another machine; nil if it is on this one.
    public var requestsAtOnce: Int? { store.requestsAtOnce }

    /// The most requests for rows that are read with others; those that lie together become one.
    private static let neighbourRequestLimit = 256

    /// Of an array of two dimensions, the rows that are worth reading with `rows`, which are among them: those of the same chunk that are in the same
    /// block of `count`. Nil if it takes no round trip to read `rows`, if what is read is not kept in the cache, or if the others
    /// lie in very many places.
    public func neighbours(of rows: Range<UInt64>, count: UInt64) -> Range<UInt64>? {
        guard takesRoundTrips, layout.chunks.keepsChunks, shape.count == 2, count > 0, !rows.isEmpty,
            rows.upperBound <= shape[0], let chunkRows = layout.grid.chunkShape.first.map({ UInt64($0) }), chunkRows > 0
        else { return nil }
        func block(of count: UInt64) -> Range<UInt64> {
            let start = rows.lowerBound / count * count
            return start..<min(start.adding(count) ?? .max, shape[0])
        }
        let neighbours = block(of: chunkRows).clamped(to: block(of: count))
        guard neighbours.upperBound >= rows.upperBound else { return nil }
        func requestCount(_ rows: Range<UInt64>) -> Int {
            let region = Region(self, start: [rows.lowerBound, 0], count: [UInt64(rows.count), shape[1]])
            return requests(for: region, readingIndexes: true).count
        }
        guard requestCount(rows) > 0, requestCount(neighbours) <= Self.neighbourRequestLimit else { return nil }
        return neighbours
    }

    /// Fetches what is read of `regions`, all of arrays of one store, at once, and has the store keep it as long as the results live; none if
    /// the store has no round trips to save. Indexes of shards that are not known yet come first. What takes one request is fetched only if
    /// `isAhead`: it is not read at once.
    public static func fetch(_ regions: [Region], isAhead: Bool = false) -> [FetchedParts] {
        guard let first = regions.first?.array, first.takesRoundTrips else { return [] }
        let store = first.store
        let isKnown = regions.allSatisfy { $0.array.knowsIndexes(of: $0) }
        let requests = regions.flatMap { $0.array.requests(for: $0, readingIndexes: isKnown) }
        // One request is as fast when it is read.
        guard !isKnown || isAhead || requests.count > 1 else { return [] }
        var fetched = [store.fetch(requests)]
        if !isKnown {
            fetched.append(store.fetch(Self.requests(for: regions)))
        }
        return fetched.compactMap(\.self)
    }

    /// Tells the store that `regions`, all of arrays of one store, are read soon, as far as it is known where they are.
    public static func expect(_ regions: [Region]) {
        guard let store = regions.first?.array.store else { return }
        let requests = requests(for: regions.filter { $0.array.knowsIndexes(of: $0) })
        if !requests.isEmpty { store.expect(requests) }
    }

    /// What is asked of the store to read `regions`, all of arrays of one store. Indexes of shards that are not known yet are read for it.
    public static func requests(for regions: [Region]) -> [ValueRequest] {
        regions.flatMap { $0.array.requests(for: $0, readingIndexes: true) }
    }

    /// Bytes that `endRequests` asks for at each end.
    public static let endByteCount = 64 << 10

    /// The key, below the array's path, of the first chunk of an array of two dimensions, unless its document says otherwise. See the core
    /// specification of Zarr v3 on chunk keys.
    public static let usualKeyOfFirstChunk = "c/0/0"

    /// The last bytes of its first and its last chunk, or of all if there are few: indexes of shards, and all of a small array. If `withStart`,
    /// also the first bytes, where a stream begins.
    public func endRequests(withStart: Bool) -> [ValueRequest] { layout.endRequests(withStart: withStart) }

    /// What is asked of the store to read `region`; nothing if the array does not have it. Indexes of shards are read for it, or are what is
    /// asked for.
    private func requests(for region: Region, readingIndexes: Bool) -> [ValueRequest] {
        guard let axes = try? axes(start: region.start, count: region.count).axes else { return [] }
        return layout.requests(axes, readingIndexes: readingIndexes)
    }

    private func knowsIndexes(of region: Region) -> Bool {
        guard let axes = try? axes(start: region.start, count: region.count).axes else { return true }
        return layout.knowsIndexes(of: axes)
    }
}

extension ArrayLayout {
    /// The most chunks of a region that are fetched.
    private static let fetchedChunkLimit = 64

    /// Of an array with more chunks, only the first and the last are looked at.
    private static let fewChunks = 4

    /// What is asked of the store for the ends of chunks.
    fileprivate func endRequests(withStart: Bool) -> [ValueRequest] {
        guard chunkCount > 0 else { return [] }
        let numbers = chunkCount <= Self.fewChunks ? Array(0..<chunkCount) : [0, chunkCount - 1]
        let keys = numbers.compactMap { number in try? chunk(number, at: grid.coordinates(of: number)).key }
        let ends = keys.map { ValueRequest($0, .suffix(ZarrArray.endByteCount)) }
        guard withStart, let first = keys.first else { return ends }
        return ends + [ValueRequest(first, .range(0..<UInt64(ZarrArray.endByteCount)))]
    }

    /// What is asked of the store to read the region `axes`, which lies within the array.
    fileprivate func requests(_ axes: [Selection.Axis], readingIndexes: Bool) -> [ValueRequest] {
        var requests: [ValueRequest] = []
        forEachFetched(axes) { chunk, part in
            requests += chunks.requests(for: part, of: chunk, readingIndexes: readingIndexes)
        }
        return requests
    }

    /// Whether the indexes of all shards that the region `axes` overlaps are in the cache.
    fileprivate func knowsIndexes(of axes: [Selection.Axis]) -> Bool {
        var isKnown = true
        forEachFetched(axes) { chunk, _ in isKnown = isKnown && chunks.knowsIndex(of: chunk) }
        return isKnown
    }

    private func forEachFetched(_ axes: [Selection.Axis], _ body: (EncodedChunk, Selection) -> Void) {
        // Nothing is written there.
        let place = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
        defer { place.deallocate() }
        var count = 0
        try? Selection(axes: axes, destination: place).forEachChunk(of: grid) {
            coordinates, number, part throws(ZarrError) in
            count += 1
            guard count <= Self.fetchedChunkLimit else {
                throw ZarrError(.invalidRequest, "has too many chunks", path: "")
            }
            body(try chunk(number, at: coordinates), part)
        }
    }
}

extension CodecChain {
    /// The most bytes of a compressed chunk that is fetched.
    private static let fetchedByteCountLimit = 4 << 20

    /// What is asked of the store to read `selection` of `chunk`; nothing if that is in memory.
    fileprivate func requests(
        for selection: Selection, of chunk: EncodedChunk, readingIndexes: Bool
    ) -> [ValueRequest] {
        let selection = transposed(selection)
        guard compressors.isEmpty else {
            guard encodedSize.limit <= Self.fetchedByteCountLimit, !keeps(chunk),
                let request = chunk.request(atMost: encodedSize.limit)
            else { return [] }
            return [request]
        }
        switch serializer {
        case .bytes(let bytes):
            let range = bytes.run(of: selection) ?? 0..<bytes.encodedSize
            return range.count <= Self.fetchedByteCountLimit ? [chunk.request(range)].compactMap(\.self) : []
        case .sharding(let sharding):
            return sharding.requests(for: selection, of: chunk, readingIndexes: readingIndexes)
        }
    }

    /// Whether nothing of an index is needed to find bytes of `chunk`.
    fileprivate func knowsIndex(of chunk: EncodedChunk) -> Bool {
        guard compressors.isEmpty, case .sharding(let sharding) = serializer else { return true }
        return sharding.knowsIndex(of: chunk)
    }

    /// Whether the decompressed bytes of `chunk` are in the cache.
    private func keeps(_ chunk: EncodedChunk) -> Bool {
        cache.keeps(BlockKey(owner: cacheOwner, number: UInt64(chunk.number)))
    }
}

extension ShardingCodec {
    /// The most bytes of an index that is fetched.
    private static let fetchedByteCountLimit = 4 << 20

    /// Whether the index of `shard` is in the cache.
    fileprivate func knowsIndex(of shard: EncodedChunk) -> Bool {
        cache.keeps(BlockKey(owner: cacheOwner, number: UInt64(shard.number)))
    }

    /// What is asked of the store to read `selection` of `shard`: its index, if that is not in the cache and not to be read for this.
    fileprivate func requests(
        for selection: Selection, of shard: EncodedChunk, readingIndexes: Bool
    ) -> [ValueRequest] {
        guard readingIndexes || knowsIndex(of: shard) else {
            guard indexChain.encodedSize <= Self.fetchedByteCountLimit else { return [] }
            return [shard.requestOfEnd(indexChain.encodedSize, at: indexLocation)].compactMap(\.self)
        }
        guard let index = try? index(of: shard), !index.isAbsent else { return [] }
        var requests: [ValueRequest] = []
        selection.forEachChunk(of: grid) { _, number, part in
            guard case .bytes(let range) = index.entry(number) else { return }
            requests += inner.requests(
                for: part, of: shard.inner(range, number: shard.number * grid.chunkCount + number),
                readingIndexes: readingIndexes)
        }
        return requests
    }
}

extension EncodedChunk {
    /// What is asked for all bytes, of which there may be at most `limit`; nil if they are in memory.
    func request(atMost limit: Int) -> ValueRequest? {
        switch place {
        case .object: ValueRequest(key, .whole(atMost: limit))
        case .part(let part): part.count <= limit ? ValueRequest(key, .range(Self.range(part))) : nil
        case .memory: nil
        }
    }

    /// What is asked for the bytes `range`; nil if they are in memory, or if there are fewer.
    func request(_ range: Range<Int>) -> ValueRequest? {
        switch place {
        case .object: ValueRequest(key, .range(Self.range(range)))
        case .part(let part):
            range.upperBound <= part.count ? ValueRequest(key, .range(Self.range(range, of: part))) : nil
        case .memory: nil
        }
    }

    /// What is asked for the first or the last `count` bytes; nil if they are in memory, or if there are fewer.
    func requestOfEnd(_ count: Int, at location: ShardingDocument.IndexLocation) -> ValueRequest? {
        switch place {
        case .object:
            ValueRequest(key, location == .start ? .range(Self.range(0..<count)) : .suffix(count))
        case .part(let part):
            count <= part.count ? request(location == .start ? 0..<count : part.count - count..<part.count) : nil
        case .memory: nil
        }
    }
}
