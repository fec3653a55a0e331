import HTTP
import S3
import Support

/// The objects of a bucket whose keys begin with a prefix; keys are the rest of theirs.
struct S3Folder: Sendable {
    private let bucket: S3Bucket
    private let client: HTTPClient
    private let policy: RetryPolicy
    /// Empty, or with a slash at its end.
    private let prefix: String
    /// For those that write.
    let objects: S3Objects

    /// Bytes that one answer with a thousand names has at most.
    private static let pageLimit = 16 << 20

    /// The objects of `bucket` whose keys begin with `prefix` and a slash; all of them if it is empty.
    init(_ bucket: S3Bucket, prefix: String, client: HTTPClient, policy: RetryPolicy, partByteCount: Int) {
        self.bucket = bucket
        self.client = client
        self.policy = policy
        self.prefix = prefix.isEmpty ? "" : "\(prefix)/"
        objects = S3Objects(bucket, client: client, policy: policy, partByteCount: partByteCount)
    }

    /// The key in the bucket of what is `key` here.
    func objectKey(_ key: String) -> String { prefix + key }

    /// A request for the object `key`.
    func request(
        _ method: HTTPRequest.Method, _ key: String, fields: [(name: String, value: String)], responseLimit: Int
    ) throws(HTTPError) -> HTTPRequest {
        try bucket.request(method, prefix + key, fields: fields, responseLimit: responseLimit)
    }

    // MARK: - Listing

    /// What is there.
    struct Contents {
        /// Objects, with their keys here.
        var objects: [S3Listing.Object] = []
        /// The names, up to a slash, of what has other keys below it.
        var names: [String] = []
        /// What the server says that the time is; nil if it does not.
        var now: Timestamp?
    }

    /// All objects whose keys begin with `start`, or, with a delimiter, those directly below it and the names of what else there is. If a
    /// `limit` is given, no more than so many.
    func contents(
        _ start: String, delimiter: String? = nil, limit: Int? = nil, for path: String
    ) throws(StoreError) -> Contents {
        var contents = Contents()
        try forEachPage(start, delimiter: delimiter, limit: limit, for: path) { page in
            contents.objects += page.objects
            contents.names += page.names
            contents.now = page.now
        }
        return contents
    }

    /// The same, page by page.
    func forEachPage(
        _ start: String, delimiter: String? = nil, limit: Int? = nil, for path: String, _ body: (Contents) -> Void
    ) throws(StoreError) {
        var query = [(name: "list-type", value: "2"), S3Listing.encoding, (name: "prefix", value: prefix + start)]
        if let delimiter { query.append((name: "delimiter", value: delimiter)) }
        if let limit { query.append((name: "max-keys", value: String(limit))) }
        var continuation: String?
        var seen: Set<String> = []
        repeat {
            let (page, now) = try page(
                query + (continuation.map { [(name: "continuation-token", value: $0)] } ?? []), path)
            var contents = Contents(objects: page.objects, now: now)
            for number in contents.objects.indices {
                contents.objects[number].key = Self.text(page.objects[number].key.utf8.dropFirst(prefix.utf8.count))
            }
            // By bytes: a name may begin with what Unicode joins to the slash before it.
            contents.names = page.prefixes.map { name in
                Self.text(name.utf8.dropFirst(prefix.utf8.count + start.utf8.count).dropLast())
            }
            body(contents)
            guard page.continuation.map({ seen.insert($0).inserted }) ?? true else {
                throw StoreError(.failed, "the server lists the same again and again", key: path)
            }
            continuation = limit == nil ? page.continuation : nil
        } while continuation != nil
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

    /// Whether there is any object whose key begins with `start`.
    func hasObjects(_ start: String) throws(StoreError) -> Bool {
        try !contents(start, limit: 1, for: start).objects.isEmpty
    }

    private func page(
        _ query: [(name: String, value: String)], _ path: String
    ) throws(StoreError) -> (S3Listing, Timestamp?) {
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
        return (listing, response["date"].flatMap { Timestamp(httpDate: $0) })
    }

    /// The names of the objects whose keys begin with `start`, without that, and have no further slash.
    func names(startingWith start: String) throws(StoreError) -> [String] {
        try contents(start, for: start).objects.map { String($0.key.dropFirst(start.count)) }
            .filter { !$0.contains("/") }
    }

    /// All bytes of the small object `key`; nil if there is none.
    func bytes(of key: String) throws(StoreError) -> [UInt8]? {
        try writing(key, "cannot be read") { () throws(S3Error) in
            try objects.bytes(of: prefix + key, atMost: Self.smallLimit)
        }
    }

    private static let smallLimit = 64 << 10

    /// The same folder, for requests that are sent again for a short time only.
    var briefly: S3Folder {
        var policy = policy
        policy.milliseconds = min(policy.milliseconds, 5_000)
        return S3Folder(self, policy)
    }

    private init(_ other: S3Folder, _ policy: RetryPolicy) {
        (bucket, client, prefix, self.policy) = (other.bucket, other.client, other.prefix, policy)
        objects = other.objects.retrying(policy)
    }

    // MARK: - Writing

    /// Puts `bytes` under `key`, and returns their entity tag.
    @discardableResult
    func put(_ key: String, _ bytes: [UInt8]) throws(StoreError) -> String {
        let outcome = try writing(key) { () throws(S3Error) in try objects.put(prefix + key, bytes) }
        guard case .written(let tag) = outcome else { return "" }
        return tag
    }

    /// Puts `bytes` under `key`, and waits until lists have it, too: some services list what is new only after a while, and whoever looks for it by a
    /// list would not find it until then.
    func putListed(_ key: String, _ bytes: [UInt8]) throws(StoreError) -> String {
        let limit = ContinuousClock.now + .milliseconds(policy.milliseconds)
        var wait = Self.firstListWait
        while true {
            // A service that could not list it the last time may give it up.
            let tag = try put(key, bytes)
            for _ in 0..<Self.looksForOnePut {
                // Of the keys that begin with a key, lists have that one first.
                if try contents(key, limit: 1, for: key).objects.first?.key == key { return tag }
                guard .now < limit else {
                    throw StoreError(.failed, "was written, but the server does not list it", key: key)
                }
                guard Pause.take(milliseconds: wait) else { throw StoreError.halted(key) }
                wait = min(wait * 2, Self.longestListWait)
            }
        }
    }

    /// Waits until lists of what is below `start` have all of `keys`; false if one of them is not there any more.
    func awaitListed(_ keys: Set<String>, below start: String) throws(StoreError) -> Bool {
        let limit = ContinuousClock.now + .milliseconds(policy.milliseconds)
        var wait = Self.firstListWait
        while true {
            let missing = keys.subtracting(try contents(start, for: start).objects.map(\.key))
            guard let first = missing.first else { return true }
            guard try tag(of: first) != nil else { return false }
            guard .now < limit else {
                throw StoreError(.failed, "was written, but the server does not list it", key: first)
            }
            guard Pause.take(milliseconds: wait) else { throw StoreError.halted(first) }
            wait = min(wait * 2, Self.longestListWait)
        }
    }

    private static let firstListWait = 20, longestListWait = 1000, looksForOnePut = 6

    /// Puts `bytes` under `key` unless there is something, if the server can tell; else in its place. Nil if there is something.
    func putNew(_ key: String, _ bytes: [UInt8]) throws(StoreError) -> String? {
        let outcome = try writing(key) { () throws(S3Error) in
            do throws(S3Error) {
                return try objects.put(prefix + key, bytes, mustBeNew: true)
            } catch {
                guard error.kind == .unsupported else { throw error }
                return try objects.put(prefix + key, bytes)
            }
        }
        guard case .written(let tag) = outcome else { return nil }
        return tag
    }

    /// The entity tag of the object `key`; nil if there is none.
    func tag(of key: String) throws(StoreError) -> String? {
        try writing(key, "cannot be looked at") { () throws(S3Error) in try objects.status(of: prefix + key) }?
            .entityTag
    }

    /// Removes the objects `keys`, as far as they are there.
    func remove(_ keys: [String]) throws(StoreError) {
        guard let first = keys.first else { return }
        try writing(first, "cannot be removed") { () throws(S3Error) in
            try objects.remove(keys.map { prefix + $0 })
        }
    }

    /// Whether there are objects whose keys begin with `start`, or such that are not complete.
    func hasAnything(_ start: String) throws(StoreError) -> Bool {
        if try hasObjects(start) { return true }
        return try writing(start, "cannot be looked at") { () throws(S3Error) in
            try !objects.uploads(below: prefix + start).isEmpty
        }
    }

    /// Removes all objects whose keys begin with `start`, and what is not complete of such, as far as `isIncluded`, and returns whether there were any.
    @discardableResult
    func removeAll(
        _ start: String, where isIncluded: (_ key: String) -> Bool = { _ in true }
    ) throws(StoreError) -> Bool {
        let uploads = try writing(start, "cannot be removed") { () throws(S3Error) in
            let uploads = try objects.uploads(below: prefix + start).filter {
                isIncluded(String($0.key.dropFirst(prefix.count)))
            }
            for upload in uploads { try objects.abort(upload) }
            return uploads
        }
        var hasRemoved = !uploads.isEmpty
        while true {
            let found = try contents(start, for: start).objects.map(\.key).filter(isIncluded)
            guard !found.isEmpty else { return hasRemoved }
            try remove(found)
            hasRemoved = true
        }
    }

    /// Calls `body`, whose error becomes one about `key`.
    func writing<T>(
        _ key: String, _ problem: String = "cannot be written", _ body: () throws(S3Error) -> T
    ) throws(StoreError) -> T {
        do throws(S3Error) {
            return try body()
        } catch {
            throw StoreError(writing: key, error, problem)
        }
    }
}

extension Timestamp {
    /// A time as header fields have it, such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7); nil if it is none.
    init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let padded = month < 9 ? "0\(month + 1)" : String(month + 1)
        self.init(iso8601: "\(words[3])-\(padded)-\(words[1])T\(words[4])Z")
    }
}
