import Support
import Synchronization

/// A store whose chunks are kept on disk: bytes of a version that are on disk are not read from the store.
///
/// A request for a version that the store has confirmed since this was made is answered from disk. One for whatever version there is always
/// asks the store, but for no bytes if those of the version that was seen last are on disk: only whether that is still the version. Documents
/// are not kept.
public final class CachingStore: Store {
    private let base: any Store
    private let cache: DiskCache
    /// What the store is called by all processes.
    private let address: String
    /// What the store has said of values.
    private let known = Mutex<[String: Known]>([:])

    private struct Known {
        let info: ValueInfo
        /// Whether it is noted on disk.
        var isNoted = false
    }

    /// More values than that are forgotten.
    private static let knownLimit = 1 << 16
    /// Longer parts are not kept.
    private static let byteCountLimit: UInt64 = 64 << 20

    /// The store `base`, which is called `address`, without a slash at its end, with what is in `cache`.
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

    /// As for every store. What is not on disk is read at once.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        let plans = requests.map { plan($0) }
        /// For each request that goes to the store, the number of the one that it belongs to.
        let owners = plans.enumerated().flatMap { number, plan in plan.wanted.map { _ in number } }
        var buffers = [UnsafeMutableRawBufferPointer?](repeating: nil, count: owners.count)
        let results =
            owners.isEmpty
            ? []
            : base.get(plans.flatMap(\.wanted)) { place, byteCount in
                let number = owners[place]
                let buffer = plans[number].isAsTheStoreHasIt ? memory(number, byteCount) : BlockMemory.take(byteCount)
                buffers[place] = buffer
                return buffer ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
            }
        var answers = zip(owners, zip(results, buffers)).map { owner, answer in
            Answer(answer.0, answer.1, isCallers: plans[owner].isAsTheStoreHasIt)
        }[...]
        return requests.indices.map { number in
            let own = Array(answers.prefix(plans[number].wanted.count))
            answers = answers.dropFirst(own.count)
            return Result { () throws(StoreError) in
                try complete(plans[number], own, requests[number]) { memory(number, $0) }
            }
        }
    }

    // MARK: - Plans

    /// How a request is answered.
    private struct Plan {
        enum Kind {
            /// By what the store answers to it.
            case asTheStoreHasIt
            /// From disk, and by what the store has of the rest.
            case fromDisk(CachedRange, ValueInfo)
            /// Not at all, if the value is as large as it was.
            case outOfBounds
        }

        let kind: Kind
        /// What the store is asked.
        let wanted: [ValueRequest]

        var isAsTheStoreHasIt: Bool {
            if case .asTheStoreHasIt = kind { return true }
            return false
        }
    }

    /// An answer of the store.
    private struct Answer {
        /// Bytes that came with it.
        enum Bytes {
            case nothing
            /// In the memory of whoever has asked.
            case callers(UnsafeRawBufferPointer)
            case own(Block)
        }

        let result: Result<ValueInfo?, StoreError>
        let bytes: Bytes

        /// The answer `result`, with the bytes in `buffer`, which is the one of whoever has asked, or else was taken for this.
        init(_ result: Result<ValueInfo?, StoreError>, _ buffer: UnsafeMutableRawBufferPointer?, isCallers: Bool) {
            self.result = result
            bytes =
                switch buffer {
                case nil: .nothing
                case let buffer? where isCallers: .callers(UnsafeRawBufferPointer(buffer))
                case let buffer?: .own(Block(adopting: buffer))
                }
        }
    }

    private func plan(_ request: ValueRequest) -> Plan {
        let asItIs = Plan(kind: .asTheStoreHasIt, wanted: [request])
        guard isKept(request), let info = lastInfo(of: request), let value = CachedValue(address(of: request.key), info)
        else { return asItIs }
        let look = ValueRequest(request.key, .range(0..<0), version: request.version)
        guard let range = try? request.part.range(of: info.size, request.key) else {
            return Plan(kind: .outOfBounds, wanted: [look])
        }
        guard !range.isEmpty, range.upperBound - range.lowerBound <= Self.byteCountLimit else { return asItIs }
        let cached = CachedRange(range, of: value, in: cache)
        let missing = cached.missing.map { ValueRequest(request.key, .range($0), version: value.version) }
        return Plan(
            kind: .fromDisk(cached, info), wanted: missing.isEmpty && request.version == nil ? [look] : missing)
    }

    /// Whether what `request` asks for is kept: it is no document, and not empty.
    private func isKept(_ request: ValueRequest) -> Bool {
        guard !request.key.hasSuffix("zarr.json") else { return false }
        if case .range(let range) = request.part { return !range.isEmpty }
        return request.part != .suffix(0)
    }

    /// What is known of the version that `request` is for; nil if nothing is. If it is for any, that is the version that was seen last, by any
    /// process.
    private func lastInfo(of request: ValueRequest) -> ValueInfo? {
        if let info = known.withLock({ $0[request.key]?.info }) {
            return request.version == nil || request.version == info.version ? info : nil
        }
        guard request.version == nil, let value = CachedValue(keptAt: address(of: request.key), in: cache) else {
            return nil
        }
        return ValueInfo(size: value.size, version: value.version)
    }

    private func address(of key: String) -> String { "\(address)/\(key)" }

    // MARK: - Answers

    /// What `request`, which `plan` is for, asks for, by the store's `answers` to what was wanted.
    private func complete(
        _ plan: Plan, _ answers: [Answer], _ request: ValueRequest,
        _ memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard answers.count == plan.wanted.count else {
            throw StoreError(.failed, "was not read", key: request.key)
        }
        switch plan.kind {
        case .asTheStoreHasIt:
            guard let answer = answers.first else { return nil }
            let info = try answer.result.get()
            learn(info, request.key)
            if let info, case .callers(let bytes) = answer.bytes { keep(bytes, of: request, info) }
            return info
        case .outOfBounds:
            guard let info = try answers.first?.result.get() else { return nil }
            _ = try request.part.range(of: info.size, request.key)
            return try read(request, memory)
        case .fromDisk(let range, let info):
            return try complete(range, info, zip(plan.wanted, answers).map { ($0.part, $1) }, request, memory)
        }
    }

    /// `range` of a value of which `last` was known, with `answers`, which have what is missing of it; or if the value has changed, what it is now.
    private func complete(
        _ range: CachedRange, _ last: ValueInfo, _ answers: [(part: ValuePart, answer: Answer)],
        _ request: ValueRequest, _ memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        var range = range
        var last = last
        for (part, answer) in answers {
            let info: ValueInfo?
            do throws(StoreError) {
                info = try answer.result.get()
            } catch {
                switch error.kind {
                case .cutShort: return try read(request, memory)
                case .changed where request.version == nil: return try read(request, memory)
                default: throw error
                }
            }
            guard let info, range.isOfVersion(info) else { return try read(request, memory) }
            last = info
            learn(info, request.key)
            guard case .range(let part) = part, !part.isEmpty else { continue }
            guard case .own(let bytes) = answer.bytes, bytes.count == part.count else {
                throw StoreError(.failed, "no memory for \(part.count) bytes", key: request.key)
            }
            range.add(bytes, part)
            keep(bytes.bytes, of: ValueRequest(request.key, .range(part)), info)
        }
        range.copy(into: memory)
        return last
    }

    /// Reads from the store what is not in the version that was seen last.
    private func read(
        _ request: ValueRequest, _ memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        var buffer = UnsafeRawBufferPointer(start: nil, count: 0)
        let result = base.get([request]) { _, byteCount in
            let taken = memory(byteCount)
            buffer = UnsafeRawBufferPointer(taken)
            return taken
        }.first
        let info = try result?.get()
        learn(info, request.key)
        if let info { keep(buffer, of: request, info) }
        return info
    }

    /// As for every store.
    public func expect(_ requests: [ValueRequest]) { base.expect(requests) }

    /// Removes from disk what there is of the version that was seen last.
    public func distrust(_ key: String) {
        guard let info = lastInfo(of: ValueRequest(key, .range(0..<0))), let value = CachedValue(address(of: key), info)
        else { return }
        value.remove(from: cache)
    }

    private func learn(_ info: ValueInfo?, _ key: String) {
        known.withLock { known in
            guard known[key]?.info != info else { return }
            if known.count >= Self.knownLimit { known.removeAll() }
            known[key] = info.map { Known(info: $0) }
        }
    }

    /// Keeps `bytes`, which the store has answered to `request` with `info`.
    private func keep(_ bytes: UnsafeRawBufferPointer, of request: ValueRequest, _ info: ValueInfo) {
        guard isKept(request), let value = CachedValue(address(of: request.key), info),
            let range = try? request.part.range(of: info.size, request.key),
            range.upperBound - range.lowerBound <= Self.byteCountLimit, value.keep(bytes, range, in: cache)
        else { return }
        let isNew = known.withLock { known in
            guard known[request.key]?.isNoted == false else { return false }
            known[request.key]?.isNoted = true
            return true
        }
        if isNew { value.note(in: cache) }
    }

    // MARK: - As the store does

    /// As for every store.
    public func isBeingWritten(_ place: String) -> Bool { base.isBeingWritten(place) }

    /// As for every store.
    public var listsFolders: Bool { base.listsFolders }

    /// As for every store.
    public var requestsAtOnce: Int? { base.requestsAtOnce }

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    /// As for every store.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { try base.status(of: key) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }

    /// As for every store.
    public func watch() throws(StoreError) -> (any StoreWatch)? { try base.watch() }

    /// As for every store.
    public func forget() { base.forget() }
}
