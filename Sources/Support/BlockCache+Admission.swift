extension BlockCache {
    /// Bytes that work may use without being admitted.
    public static let unadmittedByteCount = 1 << 20

    /// Bytes that the work under way uses.
    var admittedByteCount: Int { admission.byteCount }

    /// Whether work that uses `byteCount` bytes may be done at all.
    public func admits(_ byteCount: Int) -> Bool {
        byteCount >= 0 && byteCount <= largestAdmission
    }

    /// Calls `body`, which uses `byteCount` bytes of memory while it runs, once there is room for them in the budget: other work waits, and
    /// blocks are dropped. `body` must not ask for an admission, too. It is called at once if the work of this thread is cancelled.
    public func admitting<T, E: Error>(_ byteCount: Int, _ body: () throws(E) -> T) throws(E) -> T {
        guard byteCount > Self.unadmittedByteCount else { return try body() }
        admission.enter(byteCount)
        defer { admission.leave(byteCount) }
        makeRoom(for: byteCount)
        return try body()
    }
}
