/// What a store says of a value without reading it, when it lists what there is.
public struct ListedValue: Sendable, Equatable {
    /// Its key.
    public let key: String
    /// Its bytes; nil if the store does not know them, or whether there is such a value at all.
    public let byteCount: UInt64?
    /// As in `ValueInfo`.
    public let version: UInt64?
    /// The entity tag of an object store, without quotation marks: of most services and objects, it is the MD5 of the bytes in hexadecimal.
    public let entityTag: String?

    /// The value under `key`.
    public init(_ key: String, byteCount: UInt64?, version: UInt64? = nil, entityTag: String? = nil) {
        self.key = key
        self.byteCount = byteCount
        self.version = version
        self.entityTag = entityTag
    }
}
