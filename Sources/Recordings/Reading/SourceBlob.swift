public import Support
public import Zarr

/// The bytes of a recording that may be its source file: the coded bytes of a FLAC file, for instance, which is stored as it is, or
/// what is kept of a damaged source.
///
/// Whether they are is known only by their SHA-256.
public struct SourceBlob: Sendable {
    private let blob: CodedBlob

    /// Those bytes of the recording at `path` of `store`; nil if there are none, or not as many as the source had. What is read goes
    /// through `cache`.
    public init?(of path: String, in store: any Store, cache: BlockCache) throws(RecordingError) {
        let store = store.fetching
        let fetched = OpeningParts.fetch(path, in: store)
        defer { withExtendedLifetime(fetched) {} }
        let node = try RecordingNode(store: store, path: path, cache: cache)
        let key = "\(path)/\(HierarchyNames.damagedSource)"
        if let kept = try? ZarrArray.open(store, path: key, cache: cache, absent: .damage) {
            blob = try CodedBlob(kept)
        } else {
            let audio = try StoredAudio(of: node, in: store, cache: cache)
            guard audio.isCoded else { return nil }
            blob = try audio.blob()
        }
        guard node.attributes?.source.byteCount.map({ $0 == blob.byteCount }) ?? true else { return nil }
    }

    /// How many bytes there are.
    public var byteCount: UInt64 { blob.byteCount }

    /// Hands the bytes to `body`, in order.
    public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        try blob.forEachPiece(from: 0, body)
    }
}
