import Support
import Synchronization

/// A node of a store on S3 that is being written.
///
/// One that has a number is written where it will be; but for its document, without which it is no node to any reader, and which is put last. Any
/// other is kept in memory until it is known where it will be. Until then, what was written is read below a path that only this process knows.
final class S3StagedNode: StagedNode {
    /// The beginning of the paths of all such nodes.
    static let prefix = ".zarrwlr-staged-"
    private static let document = "zarr.json"
    /// Bytes that a node may have which is kept in memory.
    private static let heldByteCountLimit = 256 << 20

    let path: String
    /// Its only place, if it has one.
    let reservedPlace: String?
    var store: any WritableStore { s3 }

    private let s3: S3Store
    private let keepsStarts: Bool
    private let state: Mutex<State>
    private let confirmation = Turnstile()

    private struct State {
        /// The right to its place; nil if it has none, or not any more.
        var claim: S3Claim?
        /// What is kept in memory, by its key below the node: everything, or the document.
        var held: [String: [UInt8]] = [:]
        var heldByteCount = 0
        var writers: [String: S3ObjectWriter] = [:]
        /// The folders, below the node, in which a value was begun.
        var folders: Set<Substring> = []
        /// What came of waiting for everything that was written; nil as long as the node can be written to.
        var synced: Result<Void, StoreError>?
        /// Its document may be there.
        var hasAppeared = false
    }

    /// Where a value of a node is read.
    enum Place {
        case absent
        /// In memory.
        case held([UInt8])
        /// In the bucket, by this request.
        case stored(ValueRequest)
    }

    /// Begins a node of `store`, which has `claim` to its place if it has one. The starts of arrays can be overwritten if it `keepsStarts`, which
    /// takes memory.
    init(in store: S3Store, _ claim: S3Claim?, keepsStarts: Bool = true) {
        s3 = store
        self.keepsStarts = keepsStarts
        path = "\(Self.prefix)\(String(UInt64.random(in: 0...(.max)), radix: 36))"
        reservedPlace = claim?.place
        state = Mutex(State(claim: claim))
        store.staged.withLock { $0[path] = S3Store.WeakNode(node: self) }
    }

    deinit {
        s3.staged.withLock { _ = $0.removeValue(forKey: path) }
        // What cannot be removed is found as a leftover.
        try? discard()
    }

    // MARK: - Writing

    func makeValue(_ key: String) throws(StoreError) -> any NewValue {
        guard !s3.uploads.isHalted() else { throw StoreError.halted(path(of: key)) }
        try checkIsOpen(key)
        guard let reservedPlace, key != Self.document else {
            return HeldValue(path(of: key)) { [weak self] bytes throws(StoreError) in try self?.hold(bytes, key) }
        }
        let place = "\(reservedPlace)/\(key)"
        return try state.withLock { state throws(StoreError) in
            guard state.writers[key] == nil else { throw StoreError(.failed, "is there already", key: place) }
            // The first value of an array is the one that may be overwritten.
            let isFirst = state.folders.insert(key[..<(key.lastIndex(of: "/") ?? key.startIndex)]).inserted
            let writer = S3ObjectWriter(
                place, as: s3.folder.objectKey(place), of: s3.folder.objects, by: s3.uploads,
                isStartOpen: keepsStarts && isFirst && key.hasSuffix("0"))
            state.writers[key] = writer
            return writer
        }
    }

    private func hold(_ bytes: [UInt8], _ key: String) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            state.heldByteCount += bytes.count
            guard state.heldByteCount <= Self.heldByteCountLimit else {
                throw StoreError(
                    .failed,
                    "is more than \(Self.heldByteCountLimit >> 20) MiB, which a store on S3 does not take at once",
                    key: path(of: key))
            }
            state.held[key] = bytes
        }
    }

    func overwriteStart(of key: String, with bytes: [UInt8]) throws(StoreError) {
        try checkIsOpen(key)
        if let writer = state.withLock({ $0.writers[key] }) { return try writer.overwriteStart(with: bytes) }
        let isDone = state.withLock { state in
            guard let count = state.held[key]?.count, count >= bytes.count else { return false }
            state.held[key]?.replaceSubrange(..<bytes.count, with: bytes)
            return true
        }
        guard isDone else { throw StoreError(.failed, "has no \(bytes.count) bytes", key: path(of: key)) }
    }

    private func checkIsOpen(_ key: String) throws(StoreError) {
        let place = "\(reservedPlace ?? path)/\(key)"
        let names = key.split(separator: "/", omittingEmptySubsequences: false)
        guard !key.utf8.contains(0), names.allSatisfy({ !["", ".", ".."].contains($0) }) else {
            throw StoreError(.failed, "is not a key", key: place)
        }
        guard state.withLock({ $0.synced == nil }) else { throw StoreError(.failed, "is complete already", key: place) }
    }

    // MARK: - Reading

    /// Where the value `key` below the node, of which `request` asks for a part, is read. Waits until it is there.
    func place(of key: String, _ request: ValueRequest) throws(StoreError) -> Place {
        let (held, writer) = state.withLock { ($0.held[key], $0.writers[key]) }
        if let held { return .held(held) }
        guard let writer, let reservedPlace else { return .absent }
        // Others are needed soon.
        for other in state.withLock({ Array($0.writers.values) }) { other.release() }
        try writer.settle()
        return .stored(ValueRequest("\(reservedPlace)/\(key)", request.part, version: request.version))
    }

    /// The names below `prefix`, which is its path or lies below that, that can themselves hold keys.
    func children(of prefix: String) -> [String] {
        let start = prefix.dropFirst(path.count + 1)
        let names = state.withLock { Array($0.held.keys) + Array($0.writers.keys) }
            .filter { start.isEmpty || $0.hasPrefix("\(start)/") }
            .map { $0.dropFirst(start.isEmpty ? 0 : start.count + 1).split(separator: "/") }
        return Set(names.filter { $0.count > 1 }.map { String($0[0]) }).sorted()
    }

    /// All values below `prefix`, as above, in the order of their keys.
    func values(below prefix: String) -> [ListedValue] {
        let start = prefix.dropFirst(path.count + 1)
        let byteCounts = state.withLock { state in
            state.held.mapValues { $0.count }.merging(state.writers.mapValues { $0.byteCount }) { held, _ in held }
        }
        return byteCounts.filter { start.isEmpty || $0.key.hasPrefix("\(start)/") }.sorted { $0.key < $1.key }
            .map { ListedValue("\(path)/\($0.key)", byteCount: UInt64($0.value)) }
    }

    // MARK: - Publishing

    func sync() throws(StoreError) {
        if let synced = state.withLock({ $0.synced }) { return try synced.get() }
        let writers = state.withLock { Array($0.writers.values) }
        for writer in writers { writer.release() }
        let result = Result { () throws(StoreError) in for writer in writers { try writer.settle() } }
        state.withLock { $0.synced = result }
        try result.get()
    }

    func appear(at place: String) throws(StoreError) -> Bool {
        try sync()
        let (held, writer) = (state.withLock { $0.held }, try s3.startedWriter())
        guard let document = held[Self.document] else {
            throw StoreError(.failed, "has no \(Self.document)", key: place)
        }
        if let reservedPlace {
            guard place == reservedPlace else {
                throw StoreError(.denied, "was written to /\(reservedPlace), and can only appear there", key: place)
            }
        } else {
            try s3.checkFolder(of: place)
            guard try !s3.folder.hasObjects("\(place)/"), let claim = try S3Claim.take(place, by: writer) else {
                return false
            }
            state.withLock { $0.claim = claim }
            // Somebody may have been there just before.
            guard try !s3.folder.hasObjects("\(place)/") else {
                try claim.release(in: s3.folder)
                state.withLock { $0.claim = nil }
                return false
            }
        }
        try s3.checkLocks()
        try writer.checkIsAlive()
        guard state.withLock({ $0.claim?.isSafe(of: writer) ?? false }) else { throw Self.isTakenOver(place) }
        state.withLock { $0.hasAppeared = true }
        if reservedPlace == nil {
            let others = held.filter { $0.key != Self.document }
            let results = Parallel.map(Array(others), threads: s3.requestsAtOnce ?? 1) { [s3] value in
                Result { () throws(StoreError) in _ = try s3.folder.put("\(place)/\(value.key)", value.value) }
            }
            for result in results { try result.get() }
        }
        guard try writer.awaitListed(written(at: place), below: "\(place)/") else { throw Self.isTakenOver(place) }
        // Whoever has the lock on its group next finds it, and so does whoever claims the same place.
        try writer.putListed("\(place)/\(Self.document)", document)
        s3.noteAppeared(self, at: place)
        return true
    }

    /// The keys of its values at `place`, but for its document.
    private func written(at place: String) -> Set<String> {
        let (held, writers) = state.withLock { ($0.held, $0.writers) }
        // Values that have a place of their own from the beginning are written there.
        let keys = (reservedPlace == nil ? Array(held.keys) : []) + Array(writers.keys)
        return Set(keys.filter { $0 != Self.document }.map { "\(place)/\($0)" })
    }

    /// Gives the claim to `place` up, where the node has appeared. If somebody else has taken it, who took this process for dead, the node is
    /// withdrawn: that one removes what it has.
    func confirm(at place: String) throws(StoreError) {
        // Another thread may confirm all that has appeared in the same group.
        let isConfirmed: Void? = try confirmation.pass { () throws(StoreError) in try confirmOnce(at: place) }
        if isConfirmed == nil { throw StoreError.halted(place) }
    }

    private func confirmOnce(at place: String) throws(StoreError) {
        guard let claim = state.withLock({ $0.claim }) else { return }
        guard try claim.isHeld(in: s3.folder) else {
            // Whoever has the place now may have published another node.
            if try hasOwnDocument(at: place) { try withdraw(from: place) }
            throw Self.isTakenOver(place)
        }
        try claim.release(in: s3.folder)
        state.withLock { $0.claim = nil }
    }

    /// Whether the document at `place` is that of this node.
    private func hasOwnDocument(at place: String) throws(StoreError) -> Bool {
        let document = state.withLock { $0.held[Self.document] } ?? []
        do throws(StoreError) {
            let there = try s3.get("\(place)/\(Self.document)", .whole(atMost: document.count))
            return there?.bytes.bytes.elementsEqual(document) == true
        } catch {
            guard case .tooLarge = error.kind else { throw error }
            return false
        }
    }

    private static func isTakenOver(_ place: String) -> StoreError {
        StoreError(.failed, "was removed by somebody who took this import for one that had ended", key: place)
    }

    func withdraw(from place: String) throws(StoreError) {
        if state.withLock({ $0.claim == nil }) {
            // It was given up already. What is left without its document is to be found as a leftover.
            let claim = (try? S3Claim.take(place, by: s3.startedWriter())) ?? nil
            state.withLock { $0.claim = claim }
        }
        try s3.folder.remove(["\(place)/\(Self.document)"])
        state.withLock { $0.hasAppeared = false }
        s3.noteWithdrawn(place)
        guard reservedPlace == nil else { return }
        let (held, claim) = state.withLock { ($0.held, $0.claim) }
        try s3.folder.remove(held.keys.map { "\(place)/\($0)" })
        try claim?.release(in: s3.folder)
        state.withLock { $0.claim = nil }
    }

    func replace(_ place: String) throws(StoreError) {
        guard try publish(as: place) else {
            throw StoreError(
                .denied, "is on S3, where what has several objects cannot be exchanged as a whole", key: place)
        }
    }

    /// As for every node. If its document may be there, that goes first; if that does not work, all stays.
    func discard() throws(StoreError) {
        let (state, reservedPlace) = (
            state.withLock { state in
                defer { (state.held, state.writers, state.claim) = ([:], [:], nil) }
                return state
            }, reservedPlace
        )
        let folder = s3.folder.briefly
        guard let claim = state.claim else { return }
        let place = claim.place
        var keys = reservedPlace == nil ? state.held.keys.map { "\(place)/\($0)" } : []
        var hasParts = false
        for (key, writer) in state.writers {
            let left = writer.discard()
            if left.hasObject { keys.append("\(place)/\(key)") }
            hasParts = hasParts || left.hasParts
        }
        s3.noteDiscarded(place)
        // Whoever has taken it over removes what is there, and may have given it to others since.
        guard try claim.isHeld(in: folder) else { return }
        if state.hasAppeared { try folder.remove(["\(place)/\(Self.document)"]) }
        if hasParts { try folder.removeAll("\(place)/") } else { try folder.remove(keys) }
        try claim.release(in: folder)
    }
}

/// A value that is kept in memory when it is finished.
private final class HeldValue: NewValue {
    private let key: String
    private var bytes: [UInt8] = []
    private let keep: ([UInt8]) throws(StoreError) -> Void

    init(_ key: String, keep: @escaping ([UInt8]) throws(StoreError) -> Void) {
        self.key = key
        self.keep = keep
    }

    var byteCount: Int { bytes.count }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        self.bytes += bytes
    }

    func finish() throws(StoreError) {
        try keep(bytes)
    }
}
