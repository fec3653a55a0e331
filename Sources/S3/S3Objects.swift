public import HTTP
import Support

/// Writes objects of a bucket, and removes them. What fails for a passing reason is sent again.
public struct S3Objects: Sendable {
    let bucket: S3Bucket
    let client: HTTPClient
    let policy: RetryPolicy
    /// Bytes of every part but the last of an object that is put in parts. Services want from 5 MiB to 5 GiB.
    public let partByteCount: Int

    /// Bytes that an answer to a request that changes something has at most.
    static let answerLimit = 1 << 20
    /// Objects that one request removes at most.
    private static let batchCount = 1000

    /// The objects of `bucket`, of which `client` asks as `policy` says.
    public init(
        _ bucket: S3Bucket, client: HTTPClient, policy: RetryPolicy = RetryPolicy(), partByteCount: Int = 8 << 20
    ) {
        self.bucket = bucket
        self.client = client
        self.policy = policy
        self.partByteCount = partByteCount
    }

    /// The same objects, but with a request that fails sent again as `policy` says.
    public func retrying(_ policy: RetryPolicy) -> S3Objects {
        S3Objects(bucket, client: client, policy: policy, partByteCount: partByteCount)
    }

    /// What came of putting an object.
    public enum Outcome: Sendable, Equatable {
        /// It is there, with this entity tag.
        case written(entityTag: String)
        /// There was one, and it was left alone.
        case exists
    }

    /// Puts the object `key` with `bytes`. If it `mustBeNew`, an object that is there is left alone, unless the service ignores
    /// `If-None-Match`, which it does not say.
    ///
    /// The service compares what arrives with its MD5, and its entity tag with that once more. Throws `unsupported` if the service knows no
    /// `If-None-Match`. If an answer was lost, `exists` may be what this call has put itself.
    public func put(_ key: String, _ bytes: [UInt8], mustBeNew: Bool = false) throws(S3Error) -> Outcome {
        let checksum = S3Checksum(of: bytes)
        let response = try send { response in
            Self.damage(response) ?? Self.contradiction(response, checksum) ?? Self.strangeness(response)
        } _: { () throws(HTTPError) in
            try bucket.request(
                .put, key, fields: Self.fields(checksum) + (mustBeNew ? [("If-None-Match", "*")] : []), body: bytes,
                responseLimit: Self.answerLimit)
        }
        if mustBeNew, response.status == 412 { return .exists }
        guard response.isSuccess, let tag = response["etag"] else { throw S3Error(response) }
        return .written(entityTag: tag)
    }

    /// The bytes and the entity tag of the object `key`, as its header says them; nil if there is no such object.
    public func status(of key: String) throws(S3Error) -> (byteCount: UInt64, entityTag: String)? {
        let response = try send(Self.strangeness) { () throws(HTTPError) in
            try bucket.request(.head, key, responseLimit: 0)
        }
        guard response.status != 404 else { return nil }
        guard response.isSuccess, let tag = response["etag"] else { throw S3Error(response) }
        if let byteCount = response["content-length"].flatMap({ UInt64($0) }) { return (byteCount, tag) }
        return (try byteCountByFirstByte(of: key), tag)
    }

    /// The bytes of the object `key`, of which the answer to `HEAD` does not say how many there are.
    private func byteCountByFirstByte(of key: String) throws(S3Error) -> UInt64 {
        let response = try send { () throws(HTTPError) in
            try bucket.request(.get, key, fields: [("Range", "bytes=0-0")], responseLimit: 1)
        }
        guard let byteCount = response.sizeByFirstByte else {
            throw response.isSuccess
                ? S3Error(.failed, "the server does not say how large the object is") : S3Error(response)
        }
        return byteCount
    }

    /// All bytes of the object `key`, which has no more than `limit`; nil if there is none.
    public func bytes(of key: String, atMost limit: Int) throws(S3Error) -> [UInt8]? {
        let response = try send { response in
            let length = response["content-length"].flatMap { Int($0) }
            let isCut = response.isSuccess && length != nil && length != response.body.count
            return isCut ? "the answer is not whole" : Self.strangeness(response)
        } _: { () throws(HTTPError) in
            try bucket.request(.get, key, responseLimit: limit)
        }
        guard response.status != 404 else { return nil }
        guard response.isSuccess else { throw S3Error(response) }
        return response.body
    }

    /// Removes the object `key`, if it is there.
    public func remove(_ key: String) throws(S3Error) {
        let response = try send(Self.pageInPlace) { () throws(HTTPError) in
            try bucket.request(.delete, key, responseLimit: Self.answerLimit)
        }
        guard response.isSuccess || response.status == 404 else { throw S3Error(response) }
    }

    /// Removes the objects `keys`, as far as they are there: a thousand by one request. See "DeleteObjects" in the Amazon S3 API Reference.
    public func remove(_ keys: [String]) throws(S3Error) {
        var rest = keys[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.batchCount))
            let isDone = batch.count < 2 ? false : try removeAtOnce(batch)
            if !isDone { for key in batch { try remove(key) } }
            rest = rest.dropFirst(batch.count)
        }
    }

    /// Removes `keys` by one request; false if the service knows no such request, or has not removed all.
    private func removeAtOnce(_ keys: [String]) throws(S3Error) -> Bool {
        guard !keys.contains(where: \.hasWhatXMLCannot) else { return false }
        let objects = keys.map { "<Object><Key>\($0.escapedForXML)</Key></Object>" }.joined()
        let body = Array("<Delete><Quiet>true</Quiet>\(objects)</Delete>".utf8)
        let response = try send(Self.damage) { () throws(HTTPError) in
            try bucket.request(
                .post, "", query: [("delete", "")], fields: Self.fields(S3Checksum(of: body)), body: body,
                responseLimit: Self.answerLimit)
        }
        guard response.isSuccess else {
            let error = S3Error(response)
            if error.kind == .unsupported { return false }
            throw error
        }
        var hasFailed = false
        let isDocument = XMLElements.forEach(in: response.body) { path, _ in
            if path == ["DeleteResult", "Error"] || path == ["Error"] { hasFailed = true }
        }
        return isDocument && !hasFailed
    }

    // MARK: - Requests

    /// Sends the request that `make` returns, again while `problem` says that there is something wrong with the answer which may pass.
    func send(
        _ problem: (HTTPResponse) -> String? = { _ in nil }, _ make: () throws(HTTPError) -> HTTPRequest
    ) throws(S3Error) -> HTTPResponse {
        do throws(HTTPError) {
            return try client.perform(policy, isWhole: problem, make)
        } catch {
            throw S3Error(error)
        }
    }

    static func fields(_ checksum: S3Checksum?) -> [(name: String, value: String)] {
        checksum.map { [("Content-MD5", $0.field)] } ?? []
    }

    /// What `response` says of what was sent, if it did not arrive as it was, or came at the same time as something else.
    static func damage(_ response: HTTPResponse) -> String? {
        switch response.status {
        case 409, 422: return "the server answers \(response.status)"
        case 400:
            guard let code = S3ErrorDocument(response.body)?.code, passingCodes.contains(code) else { return nil }
            return "the server answers \(code)"
        default: return nil
        }
    }

    /// What services call that which may be right another time.
    private static let passingCodes: Set = [
        "BadDigest", "InvalidDigest", "IncompleteBody", "RequestTimeout", "XAmzContentSHA256Mismatch",
        "ConditionalRequestConflict", "OperationAborted",
    ]

    /// What is wrong if `response` is not that of a service about an object, but perhaps the page of a proxy.
    static func strangeness(_ response: HTTPResponse) -> String? {
        response.isSuccess && response["etag"] == nil ? "the answer has no entity tag" : nil
    }

    /// What is wrong if `response` has anything in it, where a service has nothing to say.
    static func pageInPlace(_ response: HTTPResponse) -> String? {
        response.isSuccess && !response.body.isEmpty ? "the answer is a page of something else" : nil
    }

    /// What is wrong if the entity tag in `response` is not the checksum of what was sent.
    static func contradiction(_ response: HTTPResponse, _ checksum: S3Checksum?) -> String? {
        guard response.isSuccess, let checksum, let tag = response["etag"], !response.hasOtherTag,
            checksum.contradicts(tag)
        else { return nil }
        return "the server has other bytes than were sent"
    }
}

extension HTTPResponse {
    /// Whether the request was carried out.
    var isSuccess: Bool { 200..<300 ~= status }

    /// Whether the entity tag is not the MD5, since the object is encrypted by a key of its owner. See "Common response headers" in the
    /// Amazon S3 API Reference.
    var hasOtherTag: Bool {
        self["x-amz-server-side-encryption"]?.hasPrefix("aws:kms") == true
            || self["x-amz-server-side-encryption-customer-algorithm"] != nil
    }
}

extension String {
    /// Whether there are characters in it that no XML 1.0 can express. See "Extensible Markup Language (XML) 1.0", section 2.2.
    fileprivate var hasWhatXMLCannot: Bool {
        unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{FFFE}" || $0 == "\u{FFFF}" }
    }

    /// The text as XML has it.
    var escapedForXML: String {
        var text = ""
        for character in unicodeScalars {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
