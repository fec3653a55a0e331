import Support
import Synchronization

/// A store whose ranges are kept on disk: of a value whose version is known, only blocks that are not on disk are read from the store.
///
/// The first request for a value goes to the store, so that its version is that of now. Whole values and ends of values, which are
/// documents and indexes of shards, are not kept.
public final class CachingStore: Store {
    private let base: any Store
    private let cache: DiskCache
    /// What the store is called by all processes.
    private let address: String
    /// What was last seen of values.
    private let known = Mutex<[String: ValueInfo]>([:])

    /// More values than that are forgotten.
    private static let knownLimit = 1 << 16
    /// Longer ranges are not kept.
    private static let byteCountLimit: UInt64 = 64 << 20

    /// The store `base`, which is called `address`, with what is in `cache`.
    public init(_ base: any Store, address: String, cache: DiskCache) {
        self.base = base
        self.address = address
        self.cache = cache
    }

    // MARK: - Reading

    /// As for every store.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let result = get([ValueRequest(key, part)], into: { memory($1) }).first else { return nil }
        return try result.get()
    }

    /// As for every store. All that is not on disk is read at once.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        let ranges = requests.map { cachedRange($0) }
        let wanted = zip(requests, ranges).map { $1?.requests($0.key) ?? [$0] }
        /// For each request that goes to the store, the number of the one that it belongs to.
        let owners = wanted.enumerated().flatMap { number, parts in parts.map { _ in number } }
        var received = [UnsafeMutableRawBufferPointer?](repeating: nil, count: owners.count)
        let results =
            owners.isEmpty
            ? []
            : base.get(wanted.flatMap(\.self)) { place, byteCount in
                guard ranges[owners[place]] != nil else { return memory(owners[place], byteCount) }
                received[place] = BlockMemory.take(byteCount)
                return received[place] ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
            }
        var answers = zip(results, received.map { $0.map { Block(adopting: $0) } }).map { (result: $0, bytes: $1) }[...]
        return requests.indices.map { number in
            let own = answers.prefix(wanted[number].count)
            answers = answers.dropFirst(wanted[number].count)
            guard let range = ranges[number] else {
                let result =
                    own.first?.result ?? .failure(StoreError(.failed, "was not read", key: requests[number].key))
                if case .success(let info) = result { learn(info, requests[number].key) }
                return result
            }
            return Result { () throws(StoreError) in
                try complete(range, Array(own), requests[number]) { memory(number, $0) }
            }
        }
    }

    /// An answer of the store, and the bytes that came with it.
    private typealias Answer = (result: Result<ValueInfo?, StoreError>, bytes: Block?)

    /// What `request` asks for: `range` with `answers`, which have what is missing of it; or if the value has changed, what it is now.
    private func complete(
        _ range: CachedRange, _ answers: [Answer], _ request: ValueRequest,
        _ memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        var range = range
        for (part, answer) in zip(range.missing, answers) {
            let info: ValueInfo?
            do throws(StoreError) {
                info = try answer.result.get()
            } catch {
                guard error.kind == .changed, request.version == nil else { throw error }
                return try getAgain(request, memory)
            }
            guard let info, range.isOfVersion(info) else { return try getAgain(request, memory) }
            guard let bytes = answer.bytes, bytes.count == part.count else {
                throw StoreError(.failed, "no memory for \(part.count) bytes", key: request.key)
            }
            range.add(bytes, part, keptIn: cache)
        }
        return range.copy(into: memory)
    }

    /// Reads from the store what was another version than the one that was seen last.
    private func getAgain(
        _ request: ValueRequest, _ memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        learn(nil, request.key)
        guard let result = base.get([request], into: { memory($1) }).first else { return nil }
        let info = try result.get()
        learn(info, request.key)
        return info
    }

    /// What is on disk of what `request` asks for; nil if that is no range of a version that is known.
    private func cachedRange(_ request: ValueRequest) -> CachedRange? {
        guard case .range(let range) = request.part, range.upperBound - range.lowerBound <= Self.byteCountLimit,
            let info = known.withLock({ $0[request.key] }),
            request.version == nil || request.version == info.version
        else { return nil }
        return CachedRange(range, of: "\(address) \(request.key)", info, in: cache)
    }

    private func learn(_ info: ValueInfo?, _ key: String) {
        known.withLock { known in
            if known.count >= Self.knownLimit { known.removeAll() }
            known[key] = info
        }
    }

    // MARK: - As the store does

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    /// As for every store.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// As for every store.
    public func watch() throws(StoreError) -> (any StoreWatch)? { try base.watch() }

    /// As for every store. Values are looked at anew.
    public func forget() {
        known.withLock { $0 = [:] }
        base.forget()
    }
}
