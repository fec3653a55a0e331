import Glibc
import Support
import Synchronization
import Zarr

/// A store that notes what makes changes durable and visible, in order, and fails where a test wants it to.
final class ObservedStore: WritableStore {
    /// What a store is asked to do.
    enum Call: Equatable, Sendable {
        /// The nodes are numbered as they are begun, from 0 on.
        case stage(node: Int)
        case sync(node: Int)
        case appear(node: Int, place: String)
        case withdraw(place: String)
        case syncNames(group: String)
    }

    private let store: any WritableStore
    private let calls = Mutex<[Call]>([])
    private let nodeCount = Atomic<Int>(0)
    private let failing = Mutex<Call?>(nil)

    /// Watches `store`.
    init(_ store: any WritableStore) {
        self.store = store
    }

    /// The calls since this was last called.
    func takeCalls() -> [Call] {
        calls.withLock { calls in
            defer { calls = [] }
            return calls
        }
    }

    /// Lets `call` fail with EIO from now on; nil: none.
    func fail(_ call: Call?) {
        failing.withLock { $0 = call }
    }

    fileprivate func note(_ call: Call) throws(StoreError) {
        calls.withLock { $0.append(call) }
        guard failing.withLock({ $0 }) == call else { return }
        throw StoreError(.failed, "cannot be kept", key: "", cause: SystemError("fsync", "", code: EIO))
    }

    // MARK: - Noted

    func stageNode() throws(StoreError) -> any StagedNode {
        let number = nodeCount.add(1, ordering: .relaxed).oldValue
        try note(.stage(node: number))
        return Node(try store.stageNode(), number, in: self)
    }

    func syncNames(in path: String) throws(StoreError) {
        try note(.syncNames(group: path))
        try store.syncNames(in: path)
    }

    private final class Node: StagedNode {
        private let node: any StagedNode
        private let number: Int
        private let observed: ObservedStore
        var store: any WritableStore { observed }
        var path: String { node.path }

        init(_ node: any StagedNode, _ number: Int, in store: ObservedStore) {
            self.node = node
            self.number = number
            observed = store
        }

        func makeValue(_ key: String) throws(StoreError) -> any NewValue { try node.makeValue(key) }

        func overwriteStart(of key: String, with bytes: [UInt8]) throws(StoreError) {
            try node.overwriteStart(of: key, with: bytes)
        }

        func sync() throws(StoreError) {
            try observed.note(.sync(node: number))
            try node.sync()
        }

        func appear(at place: String) throws(StoreError) -> Bool {
            try observed.note(.appear(node: number, place: place))
            return try node.appear(at: place)
        }

        func withdraw(from place: String) throws(StoreError) {
            try observed.note(.withdraw(place: place))
            try node.withdraw(from: place)
        }

        func replace(_ place: String) throws(StoreError) { try node.replace(place) }

        func discard() throws(StoreError) { try node.discard() }
    }

    // MARK: - Passed on

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        try store.get(key, part, into: memory)
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try store.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? { try store.status(of: key) }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try store.byteCount(below: prefix) }

    func moveNode(_ place: String, to newPlace: String) throws(StoreError) -> Bool {
        try store.moveNode(place, to: newPlace)
    }

    func removeNode(_ place: String) throws(StoreError) { try store.removeNode(place) }

    func replace(_ key: String, with bytes: [UInt8]) throws(StoreError) { try store.replace(key, with: bytes) }

    func withLock<T>(on path: String, _ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        try store.withLock(on: path, body)
    }

    func leftovers() throws(StoreError) -> [String] { try store.leftovers() }

    func removeLeftovers() throws(StoreError) -> [String] { try store.removeLeftovers() }
}
