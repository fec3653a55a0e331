import HTTP
import Support

/// Objects that are put in parts. See "Multipart upload API and permissions" in the Amazon S3 User Guide.
extension S3Objects {
    /// Parts that an object has at most.
    public static let partCountLimit = 10_000

    /// A part that was put.
    public struct Part: Sendable {
        /// Its number, counted from one.
        public let number: Int
        let byteCount: Int
        let entityTag: String
        let checksum: S3Checksum?
    }

    /// An object that is not complete yet.
    public struct Upload: Sendable, Equatable {
        /// The key that it will have.
        public var key = ""
        /// What the service calls it.
        public var identifier = ""
        /// When it was begun, as the service writes times; empty if that is not known.
        public var begun = ""

        init() {}
    }

    /// Begins to put the object `key` in parts. If an answer was lost, there may be another one, which only `uploads(below:)` finds.
    public func begin(_ key: String) throws(S3Error) -> Upload {
        var upload = Upload()
        let response = try send { response in
            response.isSuccess && Self.identifier(in: response.body) == nil ? "the answer is not whole" : nil
        } _: { () throws(HTTPError) in
            try bucket.request(.post, key, query: [("uploads", "")], responseLimit: Self.answerLimit)
        }
        guard response.isSuccess, let identifier = Self.identifier(in: response.body) else {
            throw S3Error(response)
        }
        (upload.key, upload.identifier) = (key, identifier)
        return upload
    }

    private static func identifier(in document: [UInt8]) -> String? {
        var identifier: String?
        let isWhole = XMLElements.forEach(in: document) { path, text in
            if path == ["InitiateMultipartUploadResult", "UploadId"] { identifier = text }
        }
        return isWhole ? identifier : nil
    }

    /// Puts the part `number`, counted from one, of `upload`, in place of one that was put before. Parts may come in any order, several at once.
    public func put(_ bytes: [UInt8], part number: Int, of upload: Upload) throws(S3Error) -> Part {
        let checksum = S3Checksum(of: bytes)
        let response = try send { response in
            Self.damage(response) ?? Self.contradiction(response, checksum) ?? Self.strangeness(response)
        } _: { () throws(HTTPError) in
            try bucket.request(
                .put, upload.key, query: [("partNumber", String(number)), ("uploadId", upload.identifier)],
                fields: Self.fields(checksum), body: bytes, responseLimit: Self.answerLimit)
        }
        guard response.isSuccess, let tag = response["etag"] else { throw S3Error(response) }
        return Part(number: number, byteCount: bytes.count, entityTag: tag, checksum: checksum)
    }

    /// Makes the object of `upload` appear, which has `parts`, in place of one that is there, and returns its entity tag.
    ///
    /// If the answer to an earlier attempt was lost, the service may not know the upload any more: then the object that is there is compared.
    public func complete(_ upload: Upload, of parts: [Part]) throws(S3Error) -> String {
        let parts = parts.sorted { $0.number < $1.number }
        let list = parts.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\($0.entityTag.escapedForXML)</ETag></Part>"
        }
        let body = Array("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8)
        let response = try send { response in
            // The status comes before it is known whether it will work.
            response.isSuccess && Completion(response.body) == nil ? "the object is not complete yet" : nil
        } _: { () throws(HTTPError) in
            try bucket.request(
                .post, upload.key, query: [("uploadId", upload.identifier)],
                fields: [("Content-Type", "application/xml")], body: body, responseLimit: Self.answerLimit)
        }
        let tag: String
        if response.isSuccess, let completion = Completion(response.body) {
            tag = completion.entityTag
        } else {
            let error = S3Error(response)
            let size = parts.reduce(UInt64(0)) { $0.adding(UInt64($1.byteCount)) ?? .max }
            guard error.kind == .absent, let found = try status(of: upload.key), found.byteCount == size else {
                throw error
            }
            tag = found.entityTag
        }
        let checksums = parts.compactMap(\.checksum)
        guard checksums.count < parts.count || !S3Checksum.contradict(tag, parts: checksums) else {
            throw S3Error(.failed, "the server has other bytes than were sent")
        }
        return tag
    }

    /// What a service says of an object that is complete.
    private struct Completion {
        let entityTag: String

        init?(_ document: [UInt8]) {
            var tag: String?
            let isWhole = XMLElements.forEach(in: document) { path, text in
                if path == ["CompleteMultipartUploadResult", "ETag"] { tag = text }
            }
            guard isWhole, let tag else { return nil }
            entityTag = tag
        }
    }

    /// Removes all parts of `upload`, if it is there.
    public func abort(_ upload: Upload) throws(S3Error) {
        let response = try send(Self.pageInPlace) { () throws(HTTPError) in
            try bucket.request(
                .delete, upload.key, query: [("uploadId", upload.identifier)], responseLimit: Self.answerLimit)
        }
        guard response.isSuccess || response.status == 404 else { throw S3Error(response) }
    }

    /// What is not complete yet of the objects whose keys begin with `prefix`, by whoever. See "ListMultipartUploads" in the Amazon S3 API
    /// Reference. Empty if the service cannot list them.
    public func uploads(below prefix: String) throws(S3Error) -> [Upload] {
        var uploads: [Upload] = []
        var marker: [(name: String, value: String)] = []
        while true {
            let response = try send { response in
                response.isSuccess && UploadPage(response.body) == nil ? "the answer is no list" : nil
            } _: { [marker] () throws(HTTPError) in
                try bucket.request(
                    .get, "", query: [("uploads", ""), ("prefix", prefix)] + marker, responseLimit: 16 << 20)
            }
            guard response.isSuccess, let page = UploadPage(response.body) else {
                let error = S3Error(response)
                if error.kind == .unsupported { return uploads }
                throw error
            }
            // Some services take a prefix for the beginning of all keys in the bucket.
            uploads += page.uploads.filter { $0.key.hasPrefix(prefix) }
            let next = [("key-marker", page.nextKey), ("upload-id-marker", page.nextIdentifier)].filter {
                !$0.1.isEmpty
            }
            guard page.isTruncated, !next.isEmpty, next.map(\.1) != marker.map(\.value) else { return uploads }
            marker = next.map { (name: $0.0, value: $0.1) }
        }
    }

    private struct UploadPage {
        private(set) var uploads: [Upload] = []
        private(set) var (isTruncated, nextKey, nextIdentifier) = (false, "", "")

        init?(_ document: [UInt8]) {
            var upload = Upload()
            var (uploads, isList, isTruncated, nextKey, nextIdentifier): ([Upload], Bool, Bool, String, String) = (
                [], false, false, "", ""
            )
            let isWhole = XMLElements.forEach(in: document) { path, text in
                if path == ["ListMultipartUploadsResult"] { isList = true }
                switch path.dropFirst().joined(separator: "/") {
                case "Upload":
                    uploads.append(upload)
                    upload = Upload()
                case "Upload/Key": upload.key = text
                case "Upload/UploadId": upload.identifier = text
                case "Upload/Initiated": upload.begun = text
                case "IsTruncated": isTruncated = text == "true"
                case "NextKeyMarker": nextKey = text
                case "NextUploadIdMarker": nextIdentifier = text
                default: break
                }
            }
            guard isWhole, isList else { return nil }
            self.uploads = uploads
            (self.isTruncated, self.nextKey, self.nextIdentifier) = (isTruncated, nextKey, nextIdentifier)
        }
    }
}
