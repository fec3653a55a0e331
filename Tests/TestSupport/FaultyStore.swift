import Glibc
import Support
import Synchronization
public import Zarr

/// A store whose values fail to be read, or are missing, as long as a rule says so.
public final class FaultyStore: Store {
    /// What happens to a key, or to a prefix that is listed.
    public enum Fault: Sendable, Hashable {
        /// A system call fails with this errno.
        case error(Int32)
        /// It seems not to be there.
        case missing
        /// A value seems to end in its middle.
        case cut
        /// A value turns out to be another than when it was first read.
        case changed
        /// It takes a while.
        case stall
    }

    /// A rule: what happens at a call, which is counted from 1 on, for a key.
    private typealias Rule = @Sendable (_ call: Int, _ key: String) -> Fault?

    private struct State {
        var rule: Rule = { _, _ in nil }
        var calls = 0
        var reads = 0
        var hitKey: String?
    }

    private let base: any Store
    private let state = Mutex(State())

    /// The values of `base`, without faults.
    public init(_ base: any Store) {
        self.base = base
    }

    /// From now on, what `fault` says of a key happens to it.
    public func fail(_ fault: @escaping @Sendable (_ key: String) -> Fault?) { set { fault($1) } }

    /// `fault` happens to the call `number` from now on, counted from 1, and to no other.
    public func fail(call number: Int, with fault: Fault) { set { call, _ in call == number ? fault : nil } }

    /// From now on, everything can be read.
    public func heal() { set { _, _ in nil } }

    /// The key that a fault happened to last, since there is this rule; nil if none did.
    public var hitKey: String? { state.withLock { $0.hitKey } }

    /// How often a value was read since the last call of this.
    public func takeReads() -> Int {
        state.withLock { state in
            defer { state.reads = 0 }
            return state.reads
        }
    }

    private func set(_ rule: @escaping Rule) {
        state.withLock { state in
            state.rule = rule
            state.calls = 0
            state.hitKey = nil
        }
    }

    /// What happens to `key` now. Errors are thrown.
    private func fault(_ key: String, isRead: Bool = false) throws(StoreError) -> Fault? {
        let fault = state.withLock { state in
            state.calls += 1
            if isRead { state.reads += 1 }
            let fault = state.rule(state.calls, key)
            if fault != nil { state.hitKey = key }
            return fault
        }
        switch fault {
        case .error(let code):
            let kind: StoreError.Kind = [EACCES, EPERM].contains(code) ? .denied : .failed
            throw StoreError(kind, "cannot read", key: key, cause: SystemError("read", key, code: code))
        case .changed: throw StoreError(.changed, "changed since it was first read", key: key)
        case .stall: usleep(5_000)
        default: break
        }
        return fault
    }

    /// Reads the value under `key`, which has half as many bytes as in the base.
    private func getCut(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        let empty = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        guard let info = try base.get(key, .range(0..<0), into: { _ in empty }) else { return nil }
        let size = info.size / 2
        let range: Range<UInt64>
        switch part {
        case .whole: range = 0..<size
        case .suffix(let count): range = size - min(UInt64(count), size)..<size
        case .range(let wanted): range = wanted
        }
        guard range.upperBound <= size else {
            throw StoreError(.cutShort(size: size), "ends at byte \(size)", key: key)
        }
        _ = try base.get(key, .range(range), into: memory)
        return ValueInfo(size: size, version: info.version)
    }

    /// As for every store, unless a rule says otherwise.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        switch try fault(key, isRead: true) {
        case .missing: return nil
        case .cut: return try getCut(key, part, into: memory)
        default: return try base.get(key, part, into: memory)
        }
    }

    /// As for every store, unless a rule says otherwise.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        try fault(prefix) == .missing ? [] : base.children(of: prefix)
    }

    /// As for every store, unless a rule says otherwise.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        try fault(prefix) == .missing ? [] : base.values(below: prefix)
    }

    /// As for every store.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] { try base.looseValues(in: prefix) }

    /// As for every store, unless a rule says otherwise.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        try fault(prefix) == .missing ? 0 : base.byteCount(below: prefix)
    }

    /// As for every store, unless a rule says otherwise.
    public func status(of key: String) throws(StoreError) -> KeyStatus? {
        try fault(key) == .missing ? nil : base.status(of: key)
    }

    /// As for every store.
    public func forget() { base.forget() }
}
