public import HTTP
public import S3
import Support

extension S3Store {
    /// As for every store: places that writers have claimed which do not live any more.
    public func leftovers() throws(StoreError) -> [String] {
        try abandoned().map(\.place).sorted()
    }

    /// How often it is looked whether anything has come after all was removed.
    private static let lateLookLimit = 10

    /// As for every store. Whoever removes leftovers does not meet another who does.
    ///
    /// A service may still carry out what a process has sent before it ended, so that it takes some seconds until the places are free.
    @discardableResult
    public func removeLeftovers() throws(StoreError) -> [String] {
        guard try folder.hasObjects(".zarrwlr-") else { return [] }
        let writer = try startedWriter()
        // Not a lock that whoever changes the hierarchy may have.
        return try withLock(on: S3Claim.folder) { () throws(StoreError) in
            var removed: [S3Claim] = []
            for claim in try abandoned() {
                // From here on, whoever had it does not publish it.
                let own = try claim.takenOver(by: writer)
                if try contains("\(claim.place)/zarr.json") {
                    try own.release(in: folder)
                } else {
                    try removeUnpublished(at: claim.place)
                    removed.append(own)
                }
            }
            try removeLate(below: removed.map(\.place))
            for claim in removed { try claim.release(in: folder) }
            try removeDeadLocks()
            try S3Writer.removeDead(of: folder)
            return removed.map(\.place).sorted()
        }
    }

    /// Removes what comes to `places`, which this process has claimed and emptied, until nothing has come for a while.
    private func removeLate(below places: [String]) throws(StoreError) {
        guard !places.isEmpty else { return }
        for _ in 0..<Self.lateLookLimit {
            // The claims stay, and whoever comes next looks again.
            guard !uploads.isHalted(), Pause.take(milliseconds: lateMilliseconds) else { throw StoreError.halted("") }
            let looks = Parallel.map(places, threads: requestsAtOnce ?? 1) { [self] place in
                Result { () throws(StoreError) in
                    guard try folder.hasAnything("\(place)/") else { return false }
                    return try removeUnpublished(at: place)
                }
            }
            var hasFound = false
            for look in looks where try look.get() { hasFound = true }
            guard hasFound else { return }
        }
    }

    /// Removes what there is of the node that was to be at `place`, and returns whether there was anything. It may have been a group, which others
    /// have made meanwhile: nodes in it that are claimed, or have appeared as groups or recordings, stay, and so does its document then.
    @discardableResult
    private func removeUnpublished(at place: String) throws(StoreError) -> Bool {
        let document = "\(place)/zarr.json"
        let kept = try othersNodes(in: place)
        let there = kept.isEmpty ? try folder.bytes(of: document) : nil
        let hasRemoved = try folder.removeAll("\(place)/") { [kept] key in
            key == document ? kept.isEmpty : !kept.contains { key.hasPrefix("\(place)/\($0)/") }
        }
        // Somebody may have begun to write there just before it was removed.
        if let there, try !othersNodes(in: place).isEmpty { _ = try folder.putNew(document, there) }
        return hasRemoved
    }

    /// The names of nodes in the group at `place` that somebody has claimed, or that have appeared as groups or recordings.
    private func othersNodes(in place: String) throws(StoreError) -> Set<String> {
        // In this order: what has appeared is not claimed any more.
        let claims = try folder.contents("\(S3Claim.folder)/\(place)/", delimiter: "/", for: place).names
        let members = try folder.contents("\(place)/", delimiter: "/", for: place).names
        var found = Set(claims)
        for name in members where !found.contains(name) {
            if try isGroup(at: "\(place)/\(name)") { found.insert(name) }
        }
        return found
    }

    /// Whether there is a group at `path`. What cannot be decoded is none.
    private func isGroup(at path: String) throws(StoreError) -> Bool {
        guard let document = try folder.bytes(of: "\(path)/zarr.json") else { return false }
        let store = PatchedStore(self, values: ["\(path)/zarr.json": document])
        do throws(ZarrError) {
            return try NodeDocument(store, path: path).map { document throws(ZarrError) in try !document.isArray() }
                ?? false
        } catch {
            return false
        }
    }

    /// The claims of writers that do not live any more, but for those to what living writers have claimed as well: where several can put claims to
    /// one place, a writer may have ended before it gave way.
    private func abandoned() throws(StoreError) -> [S3Claim] {
        let claims = try S3Claim.all(in: folder)
        let living = try S3Writer.living(Set(claims.map(\.writer)), of: folder)
        let held = claims.filter { living.contains($0.writer) }.map(\.claim.place)
        return claims.filter { !living.contains($0.writer) }.map(\.claim).filter { claim in
            !held.contains { $0 == claim.place || $0.hasPrefix("\(claim.place)/") }
        }
    }

    private func removeDeadLocks() throws(StoreError) {
        let objects = try folder.contents("\(S3Lock.folder)/", for: S3Lock.folder).objects
        let writers = objects.map { object in S3Lock.writer(of: object.key) }
        let living = try S3Writer.living(Set(writers), of: folder)
        try folder.remove(zip(objects, writers).filter { !living.contains($1) }.map(\.0.key))
    }

    /// Removes the store below `prefix` of `bucket` if it has nothing but groups, as an import leaves it that has imported nothing.
    ///
    /// What another process adds meanwhile stays, and so do the groups above it; and all does if another process writes the store.
    public static func removeBare(
        _ bucket: S3Bucket, prefix: String, client: HTTPClient, policy: RetryPolicy = RetryPolicy()
    ) throws(StoreError) {
        let store = S3Store(bucket, prefix: prefix, client: client, policy: policy)
        guard try !S3Writer.hasOthers(in: store.folder) else { return }
        let keys = try store.folder.contents("", for: "").objects.map(\.key).filter { key in
            !key.hasPrefix("\(S3Writer.folder)/") && !key.hasPrefix("\(S3Lock.folder)/")
        }
        guard keys.allSatisfy({ $0 == "zarr.json" || $0.hasSuffix("/zarr.json") }) else { return }
        try store.folder.remove(keys)
        // Whoever has begun to write meanwhile needs the root, and what is above what was written.
        let left = try store.folder.contents("", for: "").objects.map(\.key).filter { key in
            !hiddenNames.contains { key.hasPrefix("\($0)/") }
        }
        let hasOthers = try S3Writer.hasOthers(in: store.folder)
        for key in keys
        where key == "zarr.json" && hasOthers || left.contains(where: { $0.hasPrefix(key.dropLast("zarr.json".count)) })
        {
            _ = try store.folder.putNew(key, DirectoryStore.emptyGroup)
        }
    }
}
