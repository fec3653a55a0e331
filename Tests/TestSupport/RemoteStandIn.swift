import Foundation
import Support
import Synchronization
public import Zarr

/// A store that behaves as one on another machine: it counts round trips, answers several requests at once in one, and knows of nothing without
/// a request.
public final class RemoteStandIn: Store {
    private struct State {
        var trips: [[ValueRequest]] = []
        var lists: [String] = []
        var underWay = 0
        var mostAtOnce = 0
    }

    private let base: any Store
    private let answerTime: Duration
    private let state = Mutex(State())

    /// Whether it can be asked what is in a folder, as a service can, and a plain web server cannot.
    public let listsFolders: Bool

    /// The values of `base`, which are `answerTime` away.
    public init(_ base: any Store, listsFolders: Bool = true, answerTime: Duration = .zero) {
        self.base = base
        self.listsFolders = listsFolders
        self.answerTime = answerTime
    }

    /// How many round trips were under way at once since the last call of this.
    public func takeMostAtOnce() -> Int {
        state.withLock { state in
            defer { state.mostAtOnce = state.underWay }
            return state.mostAtOnce
        }
    }

    /// Records a round trip for `requests`, and lasts as long as it takes.
    private func travel(_ requests: [ValueRequest]) {
        state.withLock { state in
            state.trips.append(requests)
            state.underWay += 1
            state.mostAtOnce = max(state.mostAtOnce, state.underWay)
        }
        if answerTime > .zero { Thread.sleep(forTimeInterval: answerTime / .seconds(1)) }
        state.withLock { $0.underWay -= 1 }
    }

    /// The requests of each round trip since the last call of this.
    public func takeTrips() -> [[ValueRequest]] {
        state.withLock { state in
            defer { state.trips = [] }
            return state.trips
        }
    }

    /// The folders that were listed since the last call of this.
    public func takeLists() -> [String] {
        state.withLock { state in
            defer { state.lists = [] }
            return state.lists
        }
    }

    /// As many as a remote store usually answers.
    public var requestsAtOnce: Int? { 16 }

    /// One round trip.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        travel([ValueRequest(key, part)])
        return try base.get(key, part, into: memory)
    }

    /// One round trip.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        if !requests.isEmpty { travel(requests) }
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
    public func children(of prefix: String) throws(StoreError) -> [String] {
        guard listsFolders else { throw StoreError(.denied, "cannot be listed", key: prefix) }
        state.withLock { $0.lists.append(prefix) }
        return try base.children(of: prefix)
    }

    /// Nothing.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    /// As for every store.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }
}
