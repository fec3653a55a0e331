public import Zarr

/// Bytes that a store on another machine has sent before they are read. They are kept as long as this lives.
public struct FetchedBytes: Sendable {
    private let parts: [FetchedParts]
    /// How many bytes of the store are read.
    let byteCount: Int

    /// `parts`, of which `byteCount` bytes are read.
    public init(parts: [FetchedParts], byteCount: Int) {
        self.parts = parts
        self.byteCount = byteCount
    }
}
