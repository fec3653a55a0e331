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
    private let parts = Mutex<[String: [Part]]>([:])

    /// A part of a value, or that there is no value.
    private struct Part: Sendable {
        /// The bytes, the place of the first of them, and the value; nil if there is none.
        let value: (bytes: Block, start: UInt64, info: ValueInfo)?
        /// What it was fetched for.
        let owner: ObjectIdentifier

        /// Whether it has `range` of its value.
        func has(_ range: Range<UInt64>) -> Bool {
            guard let value else { return false }
            return value.start <= range.lowerBound
                && range.upperBound <= value.start + UInt64(value.bytes.count)
        }
    }

    /// The parts of `base`, of which none is fetched.
    public init(_ base: any Store) {
        self.base = base
    }

    /// Reads what `requests` name at once, unless it is here already, and keeps it as long as the result lives. What cannot be read is left to
    /// whoever needs it. Nil, and nothing is read, if the store has no round trips to save.
    public func fetch(_ requests: [ValueRequest]) -> FetchedParts? {
        guard base.requestsAtOnce != nil else { return nil }
        let missing = Self.joined(requests).filter { request in
            !parts.withLock { parts in parts[request.key]?.contains { Self.serves($0, request) } ?? false }
        }
        let fetched = FetchedParts { [weak self] in self?.drop($0) }
        guard !missing.isEmpty else { return fetched }
        var memory = [UnsafeMutableRawBufferPointer?](repeating: nil, count: missing.count)
        let results = base.get(missing) { number, byteCount in
            memory[number] = BlockMemory.take(byteCount)
            return memory[number] ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        for (number, request) in missing.enumerated() {
            let block = memory[number].map { Block(adopting: $0) } ?? Block([])
            guard case .success(let info) = results[number] else { continue }
            guard let info else {
                add(Part(value: nil, owner: ObjectIdentifier(fetched)), request.key)
                continue
            }
            guard let range = try? request.part.range(of: info.size, request.key), range.count == block.count else {
                continue
            }
            add(
                Part(value: (block, range.lowerBound, info), owner: ObjectIdentifier(fetched)), request.key)
        }
        return fetched
    }

    private func add(_ part: Part, _ key: String) {
        parts.withLock { $0[key, default: []].append(part) }
    }

    private func drop(_ owner: ObjectIdentifier) {
        let dropped = parts.withLock { parts in
            let dropped = parts
            for (key, kept) in parts where kept.contains(where: { $0.owner == owner }) {
                let rest = kept.filter { $0.owner != owner }
                parts[key] = rest.isEmpty ? nil : rest
            }
            return dropped
        }
        // Blocks are freed outside the lock.
        _ = dropped
    }

    /// Whether `part` is enough for `request`.
    private static func serves(_ part: Part, _ request: ValueRequest) -> Bool {
        guard let value = part.value else { return true }
        guard request.version == nil || request.version == value.info.version,
            let range = try? request.part.range(of: value.info.size, request.key)
        else { return false }
        return range.isEmpty || part.has(range)
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
        let found = requests.map { request in
            parts.withLock { parts in parts[request.key]?.first { Self.serves($0, request) } }
        }
        let missing = requests.indices.filter { found[$0] == nil }
        var read =
            missing.isEmpty
            ? [] : base.get(missing.map { requests[$0] }) { memory(missing[$0], $1) }[...]
        return requests.indices.map { number in
            guard let part = found[number] else {
                return read.popFirst() ?? .failure(StoreError(.failed, "was not read", key: requests[number].key))
            }
            return Result { () throws(StoreError) in
                guard let value = part.value else { return nil }
                let range = try requests[number].part.range(of: value.info.size, requests[number].key)
                let buffer = memory(number, range.count)
                // The part has the range.
                let start = range.isEmpty ? 0 : Int(range.lowerBound - value.start)
                if buffer.count == range.count, !range.isEmpty {
                    buffer.copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: value.bytes.bytes[start..<start + range.count]))
                }
                return value.info
            }
        }
    }

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    /// As for every store.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// As for every store.
    public var requestsAtOnce: Int? { base.requestsAtOnce }

    /// As for every store.
    public func isBeingWritten(_ place: String) -> Bool { base.isBeingWritten(place) }

    /// As for every store.
    public func forget() { base.forget() }
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
