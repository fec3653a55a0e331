import HTTP

/// One answer to ListObjectsV2: a page of what is below a prefix. See "ListObjectsV2" in the Amazon S3 API Reference.
public struct S3Listing: Sendable, Equatable {
    /// An object.
    public struct Object: Sendable, Equatable {
        /// Its key.
        public var key = ""
        /// Its bytes.
        public var byteCount: UInt64 = 0
        /// Its entity tag, with the quotation marks that it has.
        public var entityTag = ""
        /// When it was last written, as the service writes times.
        public var modified = ""
    }

    /// The objects of the page, in the order of their keys.
    public internal(set) var objects: [Object] = []
    /// The prefixes, up to the delimiter, of what else there is.
    public internal(set) var prefixes: [String] = []
    /// What the next page is asked for with; nil if this is the last one.
    public internal(set) var continuation: String?

    /// What a list is asked for with, so that it can have names that XML cannot. Services that do not know it leave it aside.
    public static let encoding = (name: "encoding-type", value: "url")

    /// The answer in `document`; nil if that is none. Names are decoded if the answer says that they are encoded.
    public init?(_ document: [UInt8]) {
        var page = S3Listing()
        var object = Object()
        var (isListing, isTruncated, isEncoded) = (false, false, false)
        let isWhole = XMLElements.forEach(in: document) { path, text in
            if path == ["ListBucketResult"] { isListing = true }
            switch path.dropFirst().joined(separator: "/") {
            case "Contents":
                page.objects.append(object)
                object = Object()
            case "Contents/Key": object.key = text
            case "Contents/Size": object.byteCount = UInt64(text) ?? 0
            case "Contents/ETag": object.entityTag = text
            case "Contents/LastModified": object.modified = text
            case "CommonPrefixes/Prefix": page.prefixes.append(text)
            case "EncodingType": isEncoded = text == "url"
            case "IsTruncated": isTruncated = text == "true"
            case "NextContinuationToken": page.continuation = text
            default: break
            }
        }
        guard isWhole, isListing else { return nil }
        if isEncoded { page.decodeNames() }
        if !isTruncated { page.continuation = nil }
        self = page
    }

    /// An empty page.
    private init() {}

    private mutating func decodeNames() {
        for number in objects.indices { objects[number].key = PercentEncoding.decodedForm(objects[number].key) }
        prefixes = prefixes.map { PercentEncoding.decodedForm($0) }
    }
}
