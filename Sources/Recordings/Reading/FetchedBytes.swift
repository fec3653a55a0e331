public import Zarr

/// What samples are decoded from, which a store on another machine has sent ahead. It is kept as long as this lives.
public struct FetchedBytes: Sendable {
    private let parts: [FetchedParts]
    /// How many bytes are read for the samples.
    let byteCount: Int

    /// `parts`, of which `byteCount` bytes are read.
    public init(parts: [FetchedParts], byteCount: Int) {
        self.parts = parts
        self.byteCount = byteCount
    }
}
