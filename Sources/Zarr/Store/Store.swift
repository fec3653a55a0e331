public import Support

/// Where a Zarr hierarchy is kept: values under keys, read by byte range.
///
/// Keys are paths such as `pond/0/zarr.json`, without a leading slash. Safe to call from any thread.
public protocol Store: Sendable {
    /// How many bytes are kept under `key`; nil where there is no such key.
    func size(of key: String) throws(StoreError) -> UInt64?

    /// Reads the bytes `range` of the value under `key` into `buffer`, which must be exactly as long.
    ///
    /// False (and nothing written) where there is no such key. A value that ends before `range` does is an error.
    func read(_ key: String, range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError)
        -> Bool

    /// The names, sorted, of what lies directly below `prefix` (empty: the root) and can itself hold keys. Empty where there
    /// is no such prefix.
    func children(of prefix: String) throws(StoreError) -> [String]

    /// What is known of the value under `key`, or the folder of that name, without reading it; nil where there is neither, or
    /// the store knows nothing.
    func status(of key: String) throws(StoreError) -> KeyStatus?
}

/// What a store knows of a value or folder without reading it.
public struct KeyStatus: Sendable, Equatable {
    /// When it was last written.
    public let modified: Timestamp
    /// Another one whenever the value is written anew or exchanged, or something in the folder appears, goes, or changes its
    /// name.
    public let version: UInt64

    /// A status of these.
    public init(modified: Timestamp, version: UInt64) {
        self.modified = modified
        self.version = version
    }
}
