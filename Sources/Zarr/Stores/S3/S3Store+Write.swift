public import HTTP
public import S3
import Support
import Synchronization

extension S3Store: WritableStore {
    /// Opens the store below `prefix` of `bucket`, and makes it first if there is none: a group at its root, whose `zarr.json` is `document`. A prefix that has anything but a
    /// Zarr v3 hierarchy is refused. See the initializer.
    public static func create(
        _ bucket: S3Bucket, prefix: String, document: [UInt8] = DirectoryStore.emptyGroup, client: HTTPClient,
        policy: RetryPolicy = RetryPolicy(), isHalted: @escaping @Sendable () -> Bool = { false }
    ) throws(StoreError) -> S3Store {
        let store = S3Store(bucket, prefix: prefix, client: client, policy: policy, isHalted: isHalted)
        guard try !store.contains("zarr.json") else { return store }
        let stranger = try store.folder.contents("", limit: 10, for: "").objects.first { object in
            // The prefix itself is what consoles put for an empty folder.
            !object.key.isEmpty && !hiddenNames.contains { object.key.hasPrefix("\($0)/") }
        }
        if let stranger {
            // Somebody else may just have made the store.
            guard try !store.contains("zarr.json") else { return store }
            throw StoreError(
                .failed, "there is \(stranger.key) and no Zarr v3 store: name a new or an empty prefix", key: "")
        }
        _ = try store.folder.putNew("zarr.json", document)
        return store
    }

    /// Whether there is nothing: a store can be made here.
    public func isVacant() throws(StoreError) -> Bool { try !folder.hasObjects("") }

    /// This process as a writer of the store.
    func startedWriter() throws(StoreError) -> S3Writer {
        try writer.get { () throws(StoreError) in
            let writer = try S3Writer(folder)
            // An import that has imported nothing removes the store that it made, unless it finds another writer.
            guard try contains("zarr.json") else {
                throw StoreError(
                    .failed, "there is no store any more: another import that failed has removed it; try again", key: ""
                )
            }
            return writer
        }
    }

    /// Begins a node, which is kept in memory until it is published: a small one.
    public func stageNode() throws(StoreError) -> any StagedNode {
        guard !uploads.isHalted() else { throw StoreError.halted("") }
        return S3StagedNode(in: self, nil)
    }

    /// Every request says what it sends, and the answer is compared.
    public var comparesWhatItKeeps: Bool { true }

    /// Begins a node, and claims its place.
    public func stageNode(at place: String) throws(StoreError) -> (any StagedNode)? {
        guard !uploads.isHalted() else { throw StoreError.halted(place) }
        let writer = try startedWriter()
        try writer.checkIsAlive()
        guard let claim = try claim(place, by: writer) else { return nil }
        return S3StagedNode(in: self, claim, keepsStarts: false)
    }

    /// Begins a node, and claims its number, and the next ones for nodes that are begun later.
    public func stageNode(numberedIn group: String, from first: Int?) throws(StoreError) -> any StagedNode {
        guard !uploads.isHalted() else { throw StoreError.halted(group) }
        let writer = try startedWriter()
        while true {
            // A writer that others take for dead has no claims, however many it makes.
            try writer.checkIsAlive()
            if let claim = claims.withLock({ $0.takeClaim(of: group, by: writer) }) {
                return S3StagedNode(in: self, claim)
            }
            try claimNumbers(of: group, from: first, by: writer)
        }
    }

    /// Claims some numbers of `group`, from `first` on, at once. It may be that others have all of them.
    private func claimNumbers(of group: String, from first: Int?, by writer: S3Writer) throws(StoreError) {
        if claims.withLock({ !$0.isKnown(group) }) {
            let number = try nextNumber(in: group, from: first)
            claims.withLock { $0.advance(group, to: number) }
        }
        guard let numbers = claims.withLock({ $0.takeNumbers(of: group) }) else {
            throw StoreError(.failed, "has no number left", key: group)
        }
        let results = Parallel.map(Array(numbers), threads: requestsAtOnce ?? 1) { number in
            Result { () throws(StoreError) in try self.claim(self.place(of: number, in: group), by: writer) }
        }
        var claimed: [S3ClaimedNumbers.Spare] = []
        for (number, result) in zip(numbers, results) {
            if let claim = (try? result.get()) ?? nil {
                claimed.append(S3ClaimedNumbers.Spare(number: number, claim: claim))
            }
        }
        guard claimed.isEmpty else { return claims.withLock { [claimed] in $0.keep(claimed, of: group) } }
        for result in results { _ = try result.get() }
        // Others are writing, too, perhaps far ahead.
        let next = try nextNumber(in: group, from: first.map { max($0, numbers.upperBound) })
        claims.withLock { $0.advance(group, to: next) }
    }

    /// Claims `place`, where there is nothing; nil if others have it.
    private func claim(_ place: String, by writer: S3Writer) throws(StoreError) -> S3Claim? {
        guard let claim = try S3Claim.take(place, by: writer) else { return nil }
        let look = Result { () throws(StoreError) in try folder.hasObjects("\(place)/") }
        if case .success(false) = look { return claim }
        // What cannot be given up is found as a leftover.
        try? claim.release(in: folder.briefly)
        _ = try look.get()
        return nil
    }

    /// Notes that the document of `node` is at `place`.
    func noteAppeared(_ node: S3StagedNode, at place: String) {
        let (group, name) = Self.parts(of: place)
        claims.withLock { claims in
            claims.unpublished[group]?.remove(name)
            claims.unconfirmed[place] = node
        }
    }

    /// Notes that there is no document at `place` any more, but the rest of a node.
    func noteWithdrawn(_ place: String) {
        let (group, name) = Self.parts(of: place)
        claims.withLock { claims in
            claims.unpublished[group, default: []].insert(name)
            claims.unconfirmed[place] = nil
        }
    }

    /// Notes that there is nothing at `place` any more.
    func noteDiscarded(_ place: String) {
        let (group, name) = Self.parts(of: place)
        claims.withLock { claims in
            claims.unpublished[group]?.remove(name)
            claims.unconfirmed[place] = nil
        }
    }

    /// The path of the group that `place` is in, and the last name.
    private static func parts(of place: String) -> (group: String, name: String) {
        (NodeName.parent(of: place), String(place.split(separator: "/").last ?? ""))
    }

    /// What the service has confirmed is kept. Nobody else has taken it for something that was left behind, or it is withdrawn, and this throws.
    public func syncNames(in path: String) throws(StoreError) {
        let nodes = claims.withLock { claims in
            claims.unconfirmed.filter { NodeName.parent(of: $0.key) == path }
        }
        let results = Parallel.map(nodes.map { (place: $0.key, node: $0.value) }, threads: requestsAtOnce ?? 1) {
            item in
            Result { () throws(StoreError) in try item.node.confirm(at: item.place) }
        }
        claims.withLock { claims in for place in nodes.keys { claims.unconfirmed[place] = nil } }
        for result in results { try result.get() }
    }

    /// Throws: a bucket has no renaming, and a copy would be found at both places for a while.
    public func moveNode(_ place: String, to newPlace: String) throws(StoreError) -> Bool {
        throw StoreError(
            .denied, "is on S3, where nothing can be moved: extract it, import it into the other group, and remove it",
            key: place)
    }

    /// As for every store: the document goes first.
    public func removeNode(_ place: String) throws(StoreError) {
        let writer = try startedWriter()
        guard try contains("\(place)/zarr.json") else { throw StoreError(.failed, "is not there", key: place) }
        var claim = try S3Claim.take(place, by: writer)
        if claim == nil {
            // Somebody else may have begun to remove it, and was ended.
            try removeLeftovers()
            claim = try S3Claim.take(place, by: writer)
        }
        guard let claim else {
            throw StoreError(.failed, "is being written or removed by somebody else", key: place)
        }
        try folder.remove(["\(place)/zarr.json"])
        // What cannot be removed is found as a leftover.
        _ = try? folder.removeAll("\(place)/")
        if try !folder.hasObjects("\(place)/") { try claim.release(in: folder) }
    }

    /// As for every store, by one request, and another one that looks for the folder.
    public func replace(_ key: String, with bytes: [UInt8]) throws(StoreError) {
        guard !uploads.isHalted() else { throw StoreError.halted(key) }
        try checkFolder(of: key)
        try folder.put(key, bytes)
    }

    /// Throws unless something can be put to `key`, the folder of which exists.
    func checkFolder(of key: String) throws(StoreError) {
        let parent = NodeName.parent(of: key)
        guard key.isKey else { throw StoreError(.failed, "is not a key", key: key) }
        let isThere = parent.isEmpty ? true : try folder.hasObjects("\(parent)/")
        guard isThere else {
            throw StoreError(.failed, "there is no such folder", key: parent)
        }
    }

    // MARK: - Locking

    /// As for every store, by objects that others see. If this process is not heard of for minutes, others take the lock; then nothing is
    /// published any more.
    public func withLock<T>(on path: String, _ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        let turnstile = turnstiles.withLock { turnstiles in
            let turnstile = turnstiles[path] ?? Turnstile()
            turnstiles[path] = turnstile
            return turnstile
        }
        let result = try turnstile.pass { () throws(StoreError) in
            let lock = try S3Lock(on: path, by: startedWriter(), isHalted: { false })
            locks.withLock { $0[path] = lock }
            defer {
                locks.withLock { $0[path] = nil }
                lock.release()
            }
            return try body()
        }
        guard let result else { throw StoreError.halted(path) }
        return result
    }

    /// Throws if a lock that this process has may be somebody else's meanwhile.
    func checkLocks() throws(StoreError) {
        let writer = try startedWriter()
        guard let (path, _) = locks.withLock({ $0.first { !writer.wasAlive(since: $0.value.began) } }) else { return }
        throw StoreError(.failed, "was locked for too long, while the server was not reached", key: path)
    }
}
