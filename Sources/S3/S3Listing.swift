import CExpat

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

    /// The answer in `document`; nil if that is none.
    public init?(_ document: [UInt8]) {
        guard let parser = XML_ParserCreate("UTF-8") else { return nil }
        defer { XML_ParserFree(parser) }
        let reading = Reading()
        XML_SetUserData(parser, Unmanaged.passUnretained(reading).toOpaque())
        XML_SetElementHandler(
            parser, { own, name, _ in S3Listing.reading(own)?.begin(name) },
            { own, _ in S3Listing.reading(own)?.end() })
        XML_SetCharacterDataHandler(parser) { own, bytes, count in
            S3Listing.reading(own)?.text += String(
                decoding: UnsafeRawBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
        }
        guard let byteCount = Int32(exactly: document.count) else { return nil }
        let status = document.withUnsafeBytes {
            XML_Parse(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), byteCount, 1)
        }
        guard status == XML_STATUS_OK, reading.isListing else { return nil }
        objects = reading.objects
        prefixes = reading.prefixes
        continuation = reading.isTruncated ? reading.continuation : nil
    }

    private static func reading(_ own: UnsafeMutableRawPointer?) -> Reading? {
        own.map { Unmanaged<Reading>.fromOpaque($0).takeUnretainedValue() }
    }

    /// What the parser has found so far.
    private final class Reading {
        var text = ""
        var isListing = false
        var objects: [Object] = []
        var prefixes: [String] = []
        var isTruncated = false
        var continuation: String?
        private var path: [String] = []
        private var object = Object()

        func begin(_ name: UnsafePointer<XML_Char>?) {
            path.append(name.map { String(cString: $0) } ?? "")
            text = ""
            if path == ["ListBucketResult"] { isListing = true }
            if path.last == "Contents" { object = Object() }
        }

        func end() {
            switch path.dropFirst().joined(separator: "/") {
            case "Contents": objects.append(object)
            case "Contents/Key": object.key = text
            case "Contents/Size": object.byteCount = UInt64(text) ?? 0
            case "Contents/ETag": object.entityTag = text
            case "Contents/LastModified": object.modified = text
            case "CommonPrefixes/Prefix": prefixes.append(text)
            case "IsTruncated": isTruncated = text == "true"
            case "NextContinuationToken": continuation = text
            default: break
            }
            text = ""
            path.removeLast()
        }
    }
}
