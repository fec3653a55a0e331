import Support
import Synchronization
public import Zarr

/// A store that behaves as one on another machine: it counts round trips, answers several requests at once in one, and knows of nothing without
/// a request.
public final class RemoteStandIn: Store {
    private struct State {
        var trips: [[ValueRequest]] = []
    }

    private let base: any Store
    private let state = Mutex(State())

    /// The values of `base`.
    public init(_ base: any Store) {
        self.base = base
    }

    /// The requests of each round trip since the last call of this.
    public func takeTrips() -> [[ValueRequest]] {
        state.withLock { state in
            defer { state.trips = [] }
            return state.trips
        }
    }

    /// As many as a remote store usually answers.
    public var requestsAtOnce: Int? { 16 }

    /// One round trip.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        state.withLock { $0.trips.append([ValueRequest(key, part)]) }
        return try base.get(key, part, into: memory)
    }

    /// One round trip.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        if !requests.isEmpty { state.withLock { $0.trips.append(requests) } }
        return requests.enumerated().map { number, request in
            Result { () throws(StoreError) in
                let info = try base.get(request.key, request.part) { memory(number, $0) }
                guard request.version == nil || info?.version == request.version else {
                    throw StoreError(.changed, "is another one now", key: request.key)
                }
                return info
            }
        }
    }

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    /// Nothing.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }
}
