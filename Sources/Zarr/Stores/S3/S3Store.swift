public import HTTP
public import S3
import Support

/// A store that is a prefix of a bucket: keys are the rest of its objects' keys. It is read only.
public final class S3Store: Store {
    private let client: HTTPClient
    private let bucket: S3Bucket
    /// Empty, or with a slash at its end.
    private let prefix: String
    private let policy: RetryPolicy
    private let values: RemoteValues

    /// The objects of `bucket` whose keys begin with `prefix` and a slash; all of them if it is empty.
    public init(_ bucket: S3Bucket, prefix: String, client: HTTPClient, policy: RetryPolicy = RetryPolicy()) {
        self.client = client
        self.bucket = bucket
        let start = prefix.isEmpty ? "" : "\(prefix)/"
        self.prefix = start
        self.policy = policy
        values = RemoteValues(client: client, policy: policy) {
            key, method, fields, limit throws(HTTPError) in
            try bucket.request(method, start + key, fields: fields, responseLimit: limit)
        }
    }

    /// As for every store: one request.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        try values.get(ValueRequest(key, part), into: memory)
    }

    /// As for every store: all requests are sent at once.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        values.get(requests, into: memory)
    }

    /// As for every store: a request for every thousand names.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        let start = start(of: prefix)
        var names: [String] = []
        try forEachPage(of: start, delimiter: "/", prefix) { page in
            // By bytes: a name may begin with what Unicode joins to the slash before it.
            names += page.prefixes.map {
                String(decoding: $0.utf8.dropFirst(start.utf8.count).dropLast(), as: UTF8.self)
            }
        }
        return names.filter { !$0.isEmpty }.sorted()
    }

    /// As many as there are connections.
    public var requestsAtOnce: Int? { values.requestsAtOnce }

    /// Nothing: every status would be a request.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    /// As for every store: a request for every thousand objects.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        var sum: UInt64 = 0
        try forEachPage(of: start(of: prefix), delimiter: nil, prefix) { page in
            for object in page.objects { sum = sum.adding(object.byteCount) ?? .max }
        }
        return sum
    }

    /// As for every store: a request for every thousand objects.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        var values: [ListedValue] = []
        try forEachPage(of: start(of: prefix), delimiter: nil, prefix) { page in
            for object in page.objects where object.key.utf8.last != UInt8(ascii: "/") {
                values.append(
                    ListedValue(
                        key(of: object.key), byteCount: object.byteCount,
                        version: RemoteAnswer.version(of: object.entityTag),
                        entityTag: object.entityTag.filter { $0 != "\"" }))
            }
        }
        return values
    }

    /// As for every store: a request for every thousand names.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] {
        let start = start(of: prefix)
        var names: [String] = []
        try forEachPage(of: start, delimiter: "/", prefix) { page in
            names += page.objects.map { String(decoding: $0.key.utf8.dropFirst(start.utf8.count), as: UTF8.self) }
        }
        return names.filter { !$0.isEmpty }.sorted()
    }

    /// What the keys of objects below `prefix` begin with.
    private func start(of prefix: String) -> String { self.prefix + (prefix.isEmpty ? "" : "\(prefix)/") }

    /// The key in the store of an object of this store.
    private func key(of objectKey: String) -> String {
        String(decoding: objectKey.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    /// Bytes that one answer with a thousand names has at most.
    private static let pageLimit = 16 << 20

    private func forEachPage(
        of start: String, delimiter: String?, _ path: String, _ body: (S3Listing) -> Void
    ) throws(StoreError) {
        var query = [(name: "list-type", value: "2"), (name: "prefix", value: start)]
        if let delimiter { query.append((name: "delimiter", value: delimiter)) }
        var continuation: String?
        repeat {
            let page = try page(query + (continuation.map { [(name: "continuation-token", value: $0)] } ?? []), path)
            body(page)
            guard page.continuation == nil || page.continuation != continuation else {
                throw StoreError(.failed, "the server lists the same again and again", key: path)
            }
            continuation = page.continuation
        } while continuation != nil
    }

    private func page(_ query: [(name: String, value: String)], _ path: String) throws(StoreError) -> S3Listing {
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try client.perform(
                policy,
                isWhole: { response in
                    response.status == 200 && S3Listing(response.body) == nil ? "the answer is no list" : nil
                }
            ) { () throws(HTTPError) in
                try bucket.request(.get, "", query: query, responseLimit: Self.pageLimit)
            }
        } catch {
            throw StoreError(.failed, "cannot list", key: path, cause: error)
        }
        switch response.status {
        case 200: break
        case 401, 403: throw StoreError(.forbidden, "the server does not permit a list (\(response.status))", key: path)
        case 404: throw StoreError(.failed, "there is no such bucket", key: path)
        default: throw StoreError(.failed, "cannot list: the server answers \(response.status)", key: path)
        }
        guard let listing = S3Listing(response.body) else {
            throw StoreError(.failed, "the answer is no list", key: path)
        }
        return listing
    }
}
