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

    /// When the value under `key`, or the folder of that name, was last written; nil where there is neither, or the store
    /// keeps no times.
    func modificationTime(of key: String) throws(StoreError) -> Timestamp?
}
