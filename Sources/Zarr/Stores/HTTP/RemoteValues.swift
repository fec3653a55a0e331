import HTTP
import Support
import Synchronization

/// Values of a store that are read by HTTP, from a web server or from an object store. See RFC 9110, section 14, on ranges.
final class RemoteValues: Sendable {
    /// Makes a request for the value under a key, with further header fields.
    typealias MakeRequest =
        @Sendable (
            _ key: String, _ method: HTTPRequest.Method, _ fields: [(name: String, value: String)], _ responseLimit: Int
        ) throws(HTTPError) -> HTTPRequest

    private let client: HTTPClient
    private let policy: RetryPolicy
    private let makeRequest: MakeRequest
    private let tags = EntityTags()

    /// Values that are asked for by what `makeRequest` returns.
    init(client: HTTPClient, policy: RetryPolicy, _ makeRequest: @escaping MakeRequest) {
        self.client = client
        self.policy = policy
        self.makeRequest = makeRequest
    }

    /// As many as there are connections.
    var requestsAtOnce: Int { client.connections }

    /// Reads what `requests` say, all at once, as `Store.get` does.
    func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        let queries = requests.map { request in
            Result { () throws(StoreError) in try RemoteQuery(request, tag: tags.tag(of: request)) }
        }
        let answers = send(queries)
        return requests.indices.map { number in
            Result { () throws(StoreError) in
                let answer = RemoteAnswer(try answers[number].get(), to: requests[number])
                switch try answer.outcome() {
                case .absent: return nil
                case .value(let info):
                    let bytes = answer.response.body
                    let buffer = memory(number, bytes.count)
                    if buffer.count == bytes.count { buffer.copyBytes(from: bytes) }
                    tags.keep(answer.response["etag"], of: requests[number].key)
                    return info
                case .unknownSize where requests[number].part.isEmpty:
                    return try measured(requests[number], into: { memory(number, $0) })
                case .unknownSize:
                    return try sized(requests[number], into: { memory(number, $0) })
                }
            }
        }
    }

    /// Reads one part.
    func get(
        _ request: ValueRequest, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let result = get([request], into: { memory($1) }).first else { return nil }
        return try result.get()
    }

    /// Reads a part of which the server did not say enough: there is nothing to be read, or the value does not have it.
    private func sized(
        _ request: ValueRequest, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        let empty = ValueRequest(request.key, .range(0..<0), version: request.version)
        guard let info = try get(empty, into: { _ in UnsafeMutableRawBufferPointer(start: nil, count: 0) }) else {
            return nil
        }
        guard try request.part.range(of: info.size, request.key).isEmpty else {
            throw StoreError(.failed, "the server says that it does not have bytes that it has", key: request.key)
        }
        _ = memory(0)
        return info
    }

    /// Finds out how large a value is of which the server does not say that when it sends nothing of it: by its first byte.
    private func measured(
        _ request: ValueRequest, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        let first = ValueRequest(request.key, .range(0..<1), version: request.version)
        let query = Result { () throws(StoreError) in try RemoteQuery(first, tag: tags.tag(of: first)) }
        guard let response = try send([query]).first?.get() else { return nil }
        let answer = RemoteAnswer(response, to: first)
        guard let size = response.sizeByFirstByte else {
            if case .absent = try answer.outcome() { return nil }
            throw StoreError(.failed, "the server does not say how large it is", key: request.key)
        }
        _ = try request.part.range(of: size, request.key)
        _ = memory(0)
        return answer.info(size)
    }

    private func send(_ queries: [Result<RemoteQuery, StoreError>]) -> [Result<HTTPResponse, StoreError>] {
        let valid = queries.compactMap { try? $0.get() }
        var answers = client.perform(policy, count: valid.count) { number, response in
            response.problem(for: valid[number])
        } _: { [makeRequest] number throws(HTTPError) in
            let query = valid[number]
            return try makeRequest(query.key, query.method, query.fields, query.limit)
        }[...]
        return queries.map { query in
            query.flatMap { query in
                answers.popFirst()?.mapError { query.error($0) }
                    ?? .failure(StoreError(.failed, "was not asked for", key: query.key))
            }
        }
    }
}

/// The entity tags of values that were read last: a request for a version has one (RFC 9110, section 13.1.1).
private final class EntityTags: Sendable {
    /// More are forgotten.
    private static let capacity = 4096

    private let kept = Mutex<[String: String]>([:])

    /// The tag of the version that `request` is to have; nil if it is not known, or if none can be asked for by it.
    func tag(of request: ValueRequest) -> String? {
        guard let version = request.version, let tag = kept.withLock({ $0[request.key] }), !tag.hasPrefix("W/"),
            RemoteAnswer.version(of: tag) == version
        else { return nil }
        return tag
    }

    func keep(_ tag: String?, of key: String) {
        guard let tag else { return }
        kept.withLock { kept in
            if kept.count >= Self.capacity { kept.removeAll() }
            kept[key] = tag
        }
    }
}

/// What a server is asked for a part of a value.
private struct RemoteQuery {
    let key: String
    let part: ValuePart
    let method: HTTPRequest.Method
    var fields: [(name: String, value: String)] = []
    /// The most bytes that the answer may have.
    let limit: Int

    /// Throws if there can be no such key.
    init(_ request: ValueRequest, tag: String?) throws(StoreError) {
        key = request.key
        part = request.part
        guard key.isKey else { throw StoreError(.failed, "is not a key", key: key) }
        switch request.part {
        case .whole(let limit): (method, self.limit) = (.get, limit)
        case .range(let range) where range.isEmpty: (method, limit) = (.head, 0)
        case .suffix(0): (method, limit) = (.head, 0)
        case .range(let range):
            // What is longer than memory is not read: the answer says how large the value is.
            (method, limit) = (.get, Int(clamping: range.upperBound - range.lowerBound))
            fields = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        case .suffix(let count):
            (method, limit) = (.get, count)
            fields = [("Range", "bytes=-\(count)")]
        }
        if let tag { fields.append(("If-Match", tag)) }
    }

    /// Why there is no answer.
    func error(_ error: HTTPError) -> StoreError {
        if case .tooLong(let size) = error.kind {
            if fields.contains(where: { $0.name == "Range" }) { return StoreError.noRanges(key) }
            if let size { return StoreError.tooLarge(key, limit: limit, size: size) }
        }
        return StoreError(.failed, "cannot be read", key: key, cause: error)
    }
}

/// What a server has answered.
struct RemoteAnswer {
    enum Outcome {
        /// There is no value.
        case absent
        /// There is one, and the answer has the part.
        case value(ValueInfo)
        /// How large the value is has to be asked.
        case unknownSize
    }

    let response: HTTPResponse
    private let request: ValueRequest
    private var key: String { request.key }

    /// The answer `response` to `request`.
    init(_ response: HTTPResponse, to request: ValueRequest) {
        self.response = response
        self.request = request
    }

    /// What the answer means. Throws if the value may not be read, or if the answer is not what was asked for.
    func outcome() throws(StoreError) -> Outcome {
        if let encoding = response.encoding, 200..<300 ~= response.status {
            throw StoreError(.denied, "the server sends it encoded (\(encoding)), not as it is", key: key)
        }
        switch response.status {
        case 404, 410: return .absent
        case 401, 403: throw StoreError(.forbidden, "the server does not permit it (\(response.status))", key: key)
        case 412 where request.version != nil: throw StoreError(.changed, "is another one now", key: key)
        case 416: return try outcomeOfNoRange()
        case 206: return try outcomeOfRange()
        case 200: return try outcomeOfWhole()
        default:
            let region = response["x-amz-bucket-region"].map {
                "; the bucket is in the region \($0.escapingControlCharacters)"
            }
            throw failure("the server answers \(response.status)\(region ?? "")")
        }
    }

    private func outcomeOfWhole() throws(StoreError) -> Outcome {
        switch request.part {
        case .range(let range) where range.isEmpty: return try outcomeOfHead(range)
        case .suffix(0): return try outcomeOfHead(0..<0)
        case .whole where key.hasSuffix("zarr.json") && !response.body.isObject:
            // A server that is not ready, or wants a password, may say so in a page.
            throw failure("the server has sent something that is no document")
        // The whole value, which is no longer than that.
        case .whole, .suffix: return .value(info(UInt64(response.body.count)))
        case .range: throw StoreError.noRanges(key)
        }
    }

    private func outcomeOfHead(_ range: Range<UInt64>) throws(StoreError) -> Outcome {
        guard let size = response["content-length"].flatMap({ UInt64($0) }) else { return .unknownSize }
        guard range.upperBound <= size else { throw StoreError.cutShort(key, range: range, size: size) }
        return .value(info(size))
    }

    private func outcomeOfRange() throws(StoreError) -> Outcome {
        guard let place = response.place else { throw failure("the server does not say which bytes it has sent") }
        let wanted = try request.part.range(of: place.size, key)
        guard place.bytes == wanted else {
            throw failure("the server has sent bytes \(place.bytes) instead of \(wanted)")
        }
        return .value(info(place.size))
    }

    private func outcomeOfNoRange() throws(StoreError) -> Outcome {
        guard !request.part.isEmpty else { throw failure("the server answers \(response.status) to HEAD") }
        guard let size = response.wholeSize else { return .unknownSize }
        // An empty value has no last byte.
        guard try request.part.range(of: size, key).isEmpty else {
            throw failure("the server says that it does not have bytes that it has")
        }
        return .unknownSize
    }

    /// What is known of a value of `size` bytes.
    fileprivate func info(_ size: UInt64) -> ValueInfo {
        ValueInfo(size: size, version: (response["etag"] ?? response["last-modified"]).map { Self.version(of: $0) })
    }

    /// A number that changes with the entity tag.
    static func version(of tag: String) -> UInt64 { FNV1a(of: tag.utf8.map { UInt64($0) }).value }

    private func failure(_ problem: String) -> StoreError { StoreError(.failed, problem, key: key) }
}

extension ValuePart {
    /// Whether no bytes are wanted.
    fileprivate var isEmpty: Bool {
        switch self {
        case .range(let range): range.isEmpty
        case .suffix(let count): count == 0
        case .whole: false
        }
    }
}

extension [UInt8] {
    /// Whether it begins as an object of JSON (RFC 8259, section 4).
    fileprivate var isObject: Bool {
        first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
    }
}

extension StoreError {
    fileprivate static func noRanges(_ key: String) -> StoreError {
        StoreError(.denied, "the server does not send parts of files (Range requests)", key: key)
    }
}

extension HTTPResponse {
    /// How the body is encoded; nil if it is as it is stored. Services for objects keep what an upload was encoded with on its way.
    fileprivate var encoding: String? {
        self["content-encoding"].flatMap { ["", "identity", "aws-chunked"].contains($0.lowercased()) ? nil : $0 }
    }

    /// Why the answer to `query` is not what was asked for, and may be another time; nil if there is nothing wrong, or if that is not known.
    fileprivate func problem(for query: RemoteQuery) -> String? {
        guard status == 200 || status == 206 else { return nil }
        guard !isPage else { return "the answer is a web page" }
        // The answer to HEAD has no body.
        if query.method != .head, let length = self["content-length"].flatMap({ Int($0) }), length != body.count {
            return "the answer is not whole"
        }
        guard status == 206 else { return nil }
        guard let place else { return "the answer does not say which bytes it has" }
        guard place.bytes.upperBound - place.bytes.lowerBound == UInt64(body.count) else {
            return "the answer has other bytes than it says"
        }
        // A value that does not have them all is another matter.
        guard let wanted = try? query.part.range(of: place.size, query.key), wanted != place.bytes else { return nil }
        return "the server has sent bytes \(place.bytes) instead of \(wanted)"
    }
}

extension String {
    /// Whether it is a path of names, none of which is empty, `.` or `..`.
    var isKey: Bool {
        !utf8.contains(0)
            && split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }
}
