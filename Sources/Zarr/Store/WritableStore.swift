import Support

/// A store that nodes can be added to, each visible only as a whole.
public protocol WritableStore: Store {
    /// Begins a node.
    func stageNode() throws(StoreError) -> any StagedNode

    /// Begins a node that is to appear under a number in the group at `group`, which need not exist. A store that cannot move what was
    /// written gives it that number now: one from `first` on that is free, or one greater than all there if that is nil.
    func stageNode(numberedIn group: String, from first: Int?) throws(StoreError) -> any StagedNode

    /// Begins a node that is to appear at `place`, in a group that need not exist, and nothing of which is overwritten. Nil if the store knows now
    /// that something is there, or is being written there.
    func stageNode(at place: String) throws(StoreError) -> (any StagedNode)?

    /// Waits until everything that was written to `nodes`, which are this store's, would survive a power cut, as `StagedNode.sync` does
    /// for one. Returns for each why it would not; nil if it would.
    func sync(_ nodes: [any StagedNode]) -> [StoreError?]

    /// Whether it is known of a value, once its node is synced, that the store has the bytes that were written; if not, whoever must know reads
    /// them.
    var comparesWhatItKeeps: Bool { get }

    /// Waits until what has appeared in the group at `path`, which exists, and what has vanished from it, would be so after a power cut.
    func syncNames(in path: String) throws(StoreError)

    /// Makes the node at `place` appear at `newPlace` instead, in a group that exists; false, and nothing is changed, if something of that
    /// name is there.
    ///
    /// A reader finds the node at one of the two places, and the change would survive a power cut when this returns.
    func moveNode(_ place: String, to newPlace: String) throws(StoreError) -> Bool

    /// Removes the node at `place` and all it holds: a reader finds all of it or nothing. If the process ends before all is removed, the
    /// rest is found by `leftovers()`.
    func removeNode(_ place: String) throws(StoreError)

    /// Writes `bytes` under `key` in place of what was there: a reader finds the old bytes or the new ones.
    ///
    /// They are kept, even after a power cut, when this returns. The folder that they go to must exist.
    func replace(_ key: String, with bytes: [UInt8]) throws(StoreError)

    /// Calls `body` while no other caller, in this process or another, does so for the folder `path`, which exists.
    ///
    /// For decisions that hold only as long as no other caller adds to the folder.
    func withLock<T>(on path: String, _ body: () throws(StoreError) -> T) throws(StoreError) -> T

    /// What dead processes left in the store, by name and sorted: nothing that a reader sees, but it takes up space. Changes
    /// nothing. What living processes are writing is not listed.
    func leftovers() throws(StoreError) -> [String]

    /// Removes what dead processes left in the store, and returns the names of what was removed.
    @discardableResult
    func removeLeftovers() throws(StoreError) -> [String]
}

/// A node that is being written: no reader of the hierarchy sees any of it before it is published, and then sees all of it.
///
/// What was written can be read back from `store`, below `path`, before it is published. If the process ends before that, in
/// whatever way, nothing of the node shows in the hierarchy, and what is left in the store is found by
/// `WritableStore.leftovers()`. A node that is released without being published is discarded. Safe to use from several
/// threads, but not while it is synced, published or discarded.
public protocol StagedNode: AnyObject, Sendable {
    /// The store that it will be in.
    var store: any WritableStore { get }

    /// Its path in the store until it is published.
    var path: String { get }

    /// The only place that it can appear at, if the store had to know it when it was begun; nil if it may be any.
    var reservedPlace: String? { get }

    /// Begins the new value `key` below the node.
    func makeValue(_ key: String) throws(StoreError) -> any NewValue

    /// Writes `bytes` over the first of the value `key` below the node, which is finished, has at least as many, and was not read yet. It is the
    /// first chunk or shard of an array.
    func overwriteStart(of key: String, with bytes: [UInt8]) throws(StoreError)

    /// Waits until everything that was written would survive a power cut; after that, nothing more can be written. If it throws, it
    /// does so whenever it is called again. Publishing does so too if it has not been done: call this first in order not to hold a lock
    /// meanwhile.
    func sync() throws(StoreError)

    /// Makes the node, synced, appear at `place` of the hierarchy, in a group that exists; false, and nothing is changed, if something
    /// of that name is there.
    ///
    /// A power cut leaves all of it or nothing, as long as the names in the group are not synced. For `publish`.
    func appear(at place: String) throws(StoreError) -> Bool

    /// Takes the node away from `place` again, where it has appeared.
    func withdraw(from place: String) throws(StoreError)

    /// Puts the node in the place of the one at `place`, if there is one: a reader finds the old one or the new one.
    ///
    /// The new one would survive a power cut when this returns; when it throws, either may be there.
    func replace(_ place: String) throws(StoreError)

    /// Removes what was written.
    func discard() throws(StoreError)
}

/// A value of a store that is being written from its first byte to its last. Not safe to use from several threads.
public protocol NewValue: AnyObject {
    /// Bytes written so far.
    var byteCount: Int { get }

    /// Writes `bytes` after those already written.
    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError)

    /// Ends the value. It is read back as a whole from here on, and is kept once its node is synced.
    func finish() throws(StoreError)
}

extension NewValue {
    /// Writes `bytes` after those already written.
    func append(_ bytes: [UInt8]) throws(StoreError) {
        try bytes.withUnsafeBufferPointer { bytes throws(StoreError) in try append(UnsafeRawBufferPointer(bytes)) }
    }
}

extension WritableStore {
    /// Begins a node like any other.
    public func stageNode(numberedIn group: String, from first: Int?) throws(StoreError) -> any StagedNode {
        try stageNode()
    }

    /// Begins a node like any other.
    public func stageNode(at place: String) throws(StoreError) -> (any StagedNode)? { try stageNode() }
}

extension StagedNode {
    /// It may be any.
    public var reservedPlace: String? { nil }

    /// The path, until the node is published, of what will be `name` below it: a node, or a key such as `zarr.json`. Empty:
    /// the node's own path.
    func path(of name: String) -> String {
        name.isEmpty ? path : "\(path)/\(name)"
    }

    /// Writes `bytes` as the new value `key` below the node.
    func write(_ bytes: [UInt8], to key: String) throws(StoreError) {
        let value = try makeValue(key)
        try value.append(bytes)
        try value.finish()
    }

    /// Makes the node appear at `place` of the hierarchy, in a group that exists; false, and nothing is changed, if something
    /// of that name is there.
    ///
    /// The node would survive a power cut when this returns, and nothing of it is in the hierarchy when it throws: neither a
    /// killed process nor a power cut leaves a part.
    public func publish(as place: String) throws(StoreError) -> Bool {
        guard try appear(at: place) else { return false }
        do throws(StoreError) {
            try store.syncNames(in: NodeName.parent(of: place))
        } catch {
            try withdraw(from: place)
            throw error
        }
        return true
    }

    /// Makes the node appear in the group at `group`, which exists, under the first number that is greater than all there, or that it was
    /// given when it was begun, and returns that number. Several processes that do so at once each get a number of their own.
    public func publish(numberedIn group: String) throws(StoreError) -> Int {
        if let number = try reservedNumber(in: group) {
            guard try publish(as: reservedPlace ?? "") else { throw StoreError.taken(reservedPlace ?? "") }
            return number
        }
        return try store.number(from: store.nextNumber(in: group), in: group) { place throws(StoreError) in
            try publish(as: place)
        }
    }

    /// The number in the group at `group` that the node was given when it was begun; nil if it was given none.
    fileprivate func reservedNumber(in group: String) throws(StoreError) -> Int? {
        guard let reservedPlace else { return nil }
        let names = reservedPlace.split(separator: "/")
        guard names.dropLast().joined(separator: "/") == group, let number = names.last.flatMap({ Int($0) }) else {
            throw StoreError(.failed, "was not begun for /\(group)", key: reservedPlace)
        }
        return number
    }

}

extension StoreError {
    fileprivate static func taken(_ place: String) -> StoreError {
        StoreError(.failed, "something else was put there", key: place)
    }
}

extension WritableStore {
    /// Makes `nodes`, which were begun in this store, appear in the group at `group`, which exists, in their order, under the first
    /// numbers from `first` on that are free (nil: those that are greater than all there), or those that they were given, and returns
    /// these numbers. Several processes that do so at once each get numbers of their own.
    ///
    /// The nodes would survive a power cut when this returns, and nothing of them is in the hierarchy when it throws. If the process ends
    /// meanwhile, some of them may be there, each as a whole.
    public func publish(
        _ nodes: [any StagedNode], numberedIn group: String, from first: Int? = nil
    ) throws(StoreError) -> [Int] {
        guard !nodes.isEmpty else { return [] }
        var numbers: [Int] = []
        do throws(StoreError) {
            var next = try nodes.contains { $0.reservedPlace == nil } ? nextNumber(in: group, from: first) : 0
            for node in nodes {
                if let number = try node.reservedNumber(in: group) {
                    guard try node.appear(at: place(of: number, in: group)) else {
                        throw StoreError.taken(place(of: number, in: group))
                    }
                    numbers.append(number)
                    continue
                }
                numbers.append(
                    try number(from: next, in: group) { place throws(StoreError) in try node.appear(at: place) })
                next = numbers.last?.adding(1) ?? next
            }
            try syncNames(in: group)
            return numbers
        } catch {
            for (node, number) in zip(nodes, numbers) { try? node.withdraw(from: place(of: number, in: group)) }
            throw error
        }
    }

    /// Makes the node at `place` appear in the group at `group`, which exists, under the first number from `first` on that is free (nil: that
    /// is greater than all there), and returns its new place.
    public func moveNode(
        _ place: String, numberedIn group: String, from first: Int? = nil
    ) throws(StoreError) -> String {
        let number = try number(from: nextNumber(in: group, from: first), in: group) { newPlace throws(StoreError) in
            try moveNode(place, to: newPlace)
        }
        return self.place(of: number, in: group)
    }

    /// The first number from `first` on that no name in the group at `group` is; nil: the first that is greater than all there.
    func nextNumber(in group: String, from first: Int? = nil) throws(StoreError) -> Int {
        let numbers = try children(of: group).compactMap { Int($0) }
        guard var number = first else { return numbers.reduce(0) { max($0, $1.adding(1) ?? $0) } }
        let taken = Set(numbers)
        while taken.contains(number), let next = number.adding(1) { number = next }
        return number
    }

    /// Calls `put` with the place of `first` in the group at `group`, and with those of the next numbers, until it returns true, and
    /// returns the number whose place it was.
    fileprivate func number(
        from first: Int, in group: String, _ put: (_ place: String) throws(StoreError) -> Bool
    ) throws(StoreError) -> Int {
        var number = first
        while try !put(place(of: number, in: group)) {
            guard let next = number.adding(1) else { throw StoreError(.failed, "has no number left", key: group) }
            number = next
        }
        return number
    }

    func place(of number: Int, in group: String) -> String {
        group.isEmpty ? String(number) : "\(group)/\(number)"
    }
}

/// Threads that sync nodes. They wait for the disk, which writes for many of them at once.
private let syncThreadCount = 16

extension WritableStore {
    /// It has to be read.
    public var comparesWhatItKeeps: Bool { false }

    /// Syncs one by one, several at a time.
    public func sync(_ nodes: [any StagedNode]) -> [StoreError?] { syncEach(nodes) }

    func syncEach(_ nodes: [any StagedNode]) -> [StoreError?] {
        Parallel.map(nodes, threads: syncThreadCount) { node in
            do throws(StoreError) {
                try node.sync()
                return nil
            } catch {
                return error
            }
        }
    }
}
