public import HTTP
public import S3
import Support

extension S3Store {
    /// As for every store: places that writers have claimed which do not live any more.
    public func leftovers() throws(StoreError) -> [String] {
        try abandoned().map(\.place).sorted()
    }

    /// As for every store. Whoever removes leftovers, or claims something new, does not meet another who does.
    @discardableResult
    public func removeLeftovers() throws(StoreError) -> [String] {
        guard try folder.hasObjects(".zarrwlr-") else { return [] }
        let writer = try startedWriter()
        return try withLock(on: "") { () throws(StoreError) in
            var removed: [String] = []
            for claim in try abandoned() {
                // From here on, whoever had it does not publish it.
                let own = try claim.takenOver(by: writer)
                if try !contains("\(claim.place)/zarr.json") {
                    try folder.removeAll("\(claim.place)/")
                    removed.append(claim.place)
                }
                try own.release(in: folder)
            }
            try removeDeadLocks()
            try S3Writer.removeDead(of: folder)
            return removed.sorted()
        }
    }

    private func abandoned() throws(StoreError) -> [S3Claim] {
        let claims = try S3Claim.all(in: folder)
        let living = try S3Writer.living(Set(claims.map(\.writer)), of: folder)
        return claims.filter { !living.contains($0.writer) }.map(\.claim)
    }

    private func removeDeadLocks() throws(StoreError) {
        let objects = try folder.contents("\(S3Lock.folder)/", for: S3Lock.folder).objects
        let writers = objects.map { object in S3Lock.writer(of: object.key) }
        let living = try S3Writer.living(Set(writers), of: folder)
        try folder.remove(zip(objects, writers).filter { !living.contains($1) }.map(\.0.key))
    }

    /// Removes the store below `prefix` of `bucket` if it has nothing but groups, as an import leaves it that has imported nothing.
    ///
    /// What another process adds meanwhile stays, and so do the groups above it.
    public static func removeBare(
        _ bucket: S3Bucket, prefix: String, client: HTTPClient, policy: RetryPolicy = RetryPolicy()
    ) throws(StoreError) {
        let store = S3Store(bucket, prefix: prefix, client: client, policy: policy)
        let keys = try store.folder.contents("", for: "").objects.map(\.key).filter { key in
            !key.hasPrefix("\(S3Writer.folder)/") && !key.hasPrefix("\(S3Lock.folder)/")
        }
        guard keys.allSatisfy({ $0 == "zarr.json" || $0.hasSuffix("/zarr.json") }) else { return }
        try store.folder.remove(keys)
        let left = try store.folder.contents("", for: "").objects.map(\.key).filter { key in
            !hiddenNames.contains { key.hasPrefix("\($0)/") }
        }
        for key in keys where left.contains(where: { $0.hasPrefix(key.dropLast("zarr.json".count)) }) {
            _ = try store.folder.putNew(key, DirectoryStore.emptyGroup)
        }
    }
}
