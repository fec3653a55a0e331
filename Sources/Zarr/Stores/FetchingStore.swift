import Support
import Synchronization

/// A store of which parts can be read in advance, together: if every request takes a round trip to another machine, what is needed soon is
/// asked for at once. What is read one after the other then finds it here.
public final class FetchingStore: Store {
    /// Bytes of a value between parts that are read with them rather than skipped: about what comes in the time of a round trip.
    private static let gapByteCountLimit: UInt64 = 64 << 10
    /// The most bytes that parts have which are joined.
    private static let joinedByteCountLimit: UInt64 = 8 << 20

    private let base: any Store
    private let parts = Mutex<[String: [FetchedPart]]>([:])

    /// The parts of `base`, of which none is fetched.
    public init(_ base: any Store) {
        self.base = base
    }

    /// Reads what `requests` name at once, unless it is here already or under way, and keeps it as long as the result lives. What cannot be
    /// read is left to whoever needs it. Nil, and nothing is read, if the store has no round trips to save.
    public func fetch(_ requests: [ValueRequest]) -> FetchedParts? {
        guard base.requestsAtOnce != nil else { return nil }
        let fetched = FetchedParts { [weak self] owner in self?.drop { $0.owner == owner } }
        var missing: [FetchedPart] = []
        var underWay: [FetchedPart] = []
        let joined = Self.joined(requests)
        parts.withLock { parts in
            for request in joined {
                if let found = Self.parts(for: request, among: parts[request.key] ?? []) {
                    underWay += found
                } else {
                    let part = FetchedPart(request, for: ObjectIdentifier(fetched))
                    parts[request.key, default: []].append(part)
                    missing.append(part)
                }
            }
        }
        read(missing)
        for part in underWay { _ = part.wait() }
        return fetched
    }

    /// Reads `missing` at once, and settles them.
    private func read(_ missing: [FetchedPart]) {
        guard !missing.isEmpty else { return }
        var memory = [UnsafeMutableRawBufferPointer?](repeating: nil, count: missing.count)
        let results = base.get(missing.map(\.request)) { number, byteCount in
            memory[number] = BlockMemory.take(byteCount)
            return memory[number] ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        for (number, part) in missing.enumerated() {
            let block = memory[number].map { Block(adopting: $0) } ?? Block([])
            part.settle(Self.outcome(of: part.request, block, results[number]))
        }
        let failed = Set(missing.filter { $0.hasFailed }.map(ObjectIdentifier.init))
        if !failed.isEmpty { drop { failed.contains(ObjectIdentifier($0)) } }
    }

    private static func outcome(
        of request: ValueRequest, _ block: Block, _ result: Result<ValueInfo?, StoreError>
    ) -> FetchedPart.Outcome {
        do throws(StoreError) {
            guard let info = try result.get() else { return .absent }
            let range = try request.part.range(of: info.size, request.key)
            guard range.count == block.count else {
                throw StoreError(.failed, "no memory for \(range.count) bytes", key: request.key)
            }
            return .content(FetchedPart.Content(bytes: block, start: range.lowerBound, info: info))
        } catch {
            return .failed(error)
        }
    }

    private func drop(_ isDropped: (FetchedPart) -> Bool) {
        let dropped = parts.withLock { parts in
            let dropped = parts
            for (key, kept) in parts where kept.contains(where: isDropped) {
                let rest = kept.filter { !isDropped($0) }
                parts[key] = rest.isEmpty ? nil : rest
            }
            return dropped
        }
        // Blocks are freed outside the lock.
        _ = dropped
    }

    /// Those of `parts`, all of one value, that together have, or may have, what `request` asks for; nil if there are none.
    private static func parts(for request: ValueRequest, among parts: [FetchedPart]) -> [FetchedPart]? {
        if let part = parts.first(where: { $0.mayServe(request) }) { return [part] }
        guard parts.count > 1, case .range(let asked) = request.part, !asked.isEmpty else { return nil }
        let places = parts.compactMap { part in part.range(for: request).map { (part: part, range: $0) } }
        var found: [FetchedPart] = []
        var position = asked.lowerBound
        while position < asked.upperBound {
            let next = places.filter { $0.range.contains(position) }.max { $0.range.upperBound < $1.range.upperBound }
            guard let next else { return nil }
            found.append(next.part)
            position = next.range.upperBound
        }
        return found
    }

    /// `requests`, of which ranges of the same value, all for the same version, are joined if they lie close together.
    private static func joined(_ requests: [ValueRequest]) -> [ValueRequest] {
        var joined: [ValueRequest] = []
        var ranges: [String: [Range<UInt64>]] = [:]
        var versions: [String: UInt64] = [:]
        for request in requests {
            if case .range(let range) = request.part, !range.isEmpty {
                ranges[request.key, default: []].append(range)
                versions[request.key] = request.version
            } else {
                joined.append(request)
            }
        }
        for (key, ranges) in ranges.sorted(by: { $0.key < $1.key }) {
            var last: Range<UInt64>?
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                let end = max(range.upperBound, last?.upperBound ?? 0)
                if let open = last, range.lowerBound <= open.upperBound.adding(gapByteCountLimit) ?? .max,
                    end - open.lowerBound <= joinedByteCountLimit
                {
                    last = open.lowerBound..<end
                } else {
                    if let last { joined.append(ValueRequest(key, .range(last), version: versions[key])) }
                    last = range
                }
            }
            if let last { joined.append(ValueRequest(key, .range(last), version: versions[key])) }
        }
        return joined
    }

    // MARK: - Reading

    /// As for every store, from what was fetched if that is enough.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        try get(ValueRequest(key, part), into: memory)
    }

    /// The same for a version.
    public func get(
        _ request: ValueRequest, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let result = get([request], into: { memory($1) }).first else { return nil }
        return try result.get()
    }

    /// As for every store.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        let found = requests.map { fetched($0) }
        let missing = requests.indices.filter { found[$0] == nil }
        var read =
            missing.isEmpty
            ? [] : base.get(missing.map { requests[$0] }) { memory(missing[$0], $1) }[...]
        return requests.indices.map { number in
            guard let found = found[number] else {
                return read.popFirst() ?? .failure(StoreError(.failed, "was not read", key: requests[number].key))
            }
            return Result { () throws(StoreError) in
                let contents = try found.get()
                guard let info = contents.first?.info else { return nil }
                let range = try requests[number].part.range(of: info.size, requests[number].key)
                Self.copy(range, of: contents, to: memory(number, range.count))
                return info
            }
        }
    }

    /// What was fetched and has all that `request` asks for, in order; none if there is no such value; nil if it was not fetched.
    private func fetched(_ request: ValueRequest) -> Result<[FetchedPart.Content], StoreError>? {
        guard let parts = parts.withLock({ Self.parts(for: request, among: $0[request.key] ?? []) }) else { return nil }
        var contents: [FetchedPart.Content] = []
        for part in parts {
            switch part.wait() {
            case .content(let content): contents.append(content)
            case .absent: return .success([])
            // More was asked for than by this request, which may have another answer.
            case .failed(let error): return error.isOfServer ? .failure(error) : nil
            case nil: return nil
            }
        }
        let isOneVersion = contents.allSatisfy { $0.info == contents.first?.info }
        let isThere =
            contents.count == 1 ? contents[0].serves(request) : isOneVersion && request.has(contents.first?.info)
        return isThere ? .success(contents) : nil
    }

    /// Copies the bytes `range` of a value to `buffer`; `contents`, in order, have them all.
    private static func copy(
        _ range: Range<UInt64>, of contents: [FetchedPart.Content], to buffer: UnsafeMutableRawBufferPointer
    ) {
        guard buffer.count == range.count, !range.isEmpty else { return }
        var position = range.lowerBound
        for content in contents {
            let part = position..<min(content.range.upperBound, range.upperBound)
            let place = Int(position - range.lowerBound)
            UnsafeMutableRawBufferPointer(rebasing: buffer[place..<place + part.count]).copyMemory(
                from: content.bytes(part))
            position = part.upperBound
        }
    }

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    /// As for every store.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// As for every store.
    public var listsFolders: Bool { base.listsFolders }

    /// As for every store.
    public var requestsAtOnce: Int? { base.requestsAtOnce }

    /// As for every store.
    public func expect(_ requests: [ValueRequest]) { base.expect(requests) }

    /// As for every store.
    public func distrust(_ key: String) { base.distrust(key) }

    /// As for every store.
    public func isBeingWritten(_ place: String) -> Bool { base.isBeingWritten(place) }

    /// As for every store.
    public func forget() { base.forget() }
}

extension FetchedPart {
    fileprivate var hasFailed: Bool {
        guard case .failed = outcome else { return false }
        return true
    }
}

extension ValueRequest {
    /// Whether it can be for the value of which `info` is known.
    fileprivate func has(_ info: ValueInfo?) -> Bool {
        guard let info else { return false }
        return (version == nil || version == info.version) && part.isRange(within: info.size)
    }
}

extension StoreError {
    /// Whether every request for the value would have failed, and would do so if it were sent now.
    fileprivate var isOfServer: Bool {
        guard !isCancellation else { return false }
        switch kind {
        case .failed, .forbidden: return true
        case .denied, .cutShort, .tooLarge, .changed: return false
        }
    }
}

extension Store {
    /// This store if it is on this machine; if not, one that reads from it, of which parts can be read in advance.
    public var fetching: any Store { requestsAtOnce == nil ? self : FetchingStore(self) }

    /// How many threads are best at work on things of which each is read from this store: as many as there are processors, or eight, which wait
    /// most of the time, if it is on another machine.
    public var readingThreads: Int { requestsAtOnce.map { min($0, 8) } ?? Parallel.processorCount }
}

/// Parts of values that a store keeps in memory as long as this lives.
public final class FetchedParts: Sendable {
    private let drop: @Sendable (ObjectIdentifier) -> Void

    init(_ drop: @escaping @Sendable (ObjectIdentifier) -> Void) {
        self.drop = drop
    }

    deinit {
        drop(ObjectIdentifier(self))
    }
}
