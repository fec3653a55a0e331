public import HTTP
public import S3
import Support
import Synchronization

/// A store that is a prefix of a bucket: keys are the rest of its objects' keys.
public final class S3Store: Store {
    /// What this process writes on behalf of the store lies below these names at its root, which are no part of the hierarchy.
    static let hiddenNames = [S3Writer.folder, S3Claim.folder, S3Lock.folder]

    let folder: S3Folder
    /// Sends what is written.
    let uploads: S3Uploads
    /// This process as a writer of the store; nil as long as it has written nothing.
    let writer = SingleFlight<S3Writer>()
    /// What is staged, by its path.
    let staged = Mutex<[String: WeakNode]>([:])
    /// What is being written in groups.
    let claims = Mutex(S3ClaimedNumbers())
    /// Threads of this process that want the same lock wait here, by the path of the folder.
    let turnstiles = Mutex<[String: Turnstile]>([:])
    /// The locks that this process has, by the paths of folders.
    let locks = Mutex<[String: S3Lock]>([:])
    /// How long after a process has ended the service may take to carry out what that one sent.
    let lateMilliseconds: Int
    private let values: RemoteValues

    /// A node, as long as somebody else keeps it.
    struct WeakNode {
        weak var node: S3StagedNode?
    }

    /// The objects of `bucket` whose keys begin with `prefix` and a slash; all of them if it is empty. What is written in parts has parts of
    /// `partByteCount` bytes. What a process sent before it ended is looked for `lateMilliseconds` after that.
    ///
    /// Once `isHalted`, which is called from any thread, everything that would write fails with ECANCELED; what is written already can still be
    /// published and removed.
    public init(
        _ bucket: S3Bucket, prefix: String, client: HTTPClient, policy: RetryPolicy = RetryPolicy(),
        partByteCount: Int = 8 << 20, lateMilliseconds: Int = 2_000,
        isHalted: @escaping @Sendable () -> Bool = { false }
    ) {
        let folder = S3Folder(
            bucket, prefix: prefix, client: client, policy: policy, partByteCount: partByteCount)
        self.folder = folder
        self.lateMilliseconds = lateMilliseconds
        uploads = S3Uploads(threads: client.connections, isHalted: isHalted)
        values = RemoteValues(client: client, policy: policy) {
            key, method, fields, limit throws(HTTPError) in
            try folder.request(method, key, fields: fields, responseLimit: limit)
        }
    }

    deinit {
        // What cannot be given back is found as a leftover.
        guard let writer = writer.current else { return }
        try? S3Claim.release(claims.withLock { $0.unused(by: writer) }, in: folder.briefly)
    }

    /// As for every store: one request.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let result = get([ValueRequest(key, part)], into: { memory($1) }).first else { return nil }
        return try result.get()
    }

    /// As for every store: all requests are sent at once.
    public func get(
        _ requests: [ValueRequest],
        into memory: (_ number: Int, _ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) -> [Result<ValueInfo?, StoreError>] {
        guard requests.contains(where: { $0.key.hasPrefix(S3StagedNode.prefix) }) else {
            return values.get(requests, into: memory)
        }
        let found = requests.map { request in
            Result { () throws(StoreError) in try staged(request) }
        }
        let passed = found.indices.filter { number in
            if case .success(.stored) = found[number] { true } else { false }
        }
        let sent = passed.compactMap { number in
            if case .success(.stored(let request)) = found[number] { request } else { nil as ValueRequest? }
        }
        var answers = values.get(sent) { memory(passed[$0], $1) }[...]
        return found.enumerated().map { number, found in
            found.flatMap { found in
                switch found {
                case .stored: answers.popFirst() ?? .success(nil)
                case .absent: .success(nil)
                case .held(let bytes):
                    Result { () throws(StoreError) in
                        let range = try requests[number].part.range(of: UInt64(bytes.count), requests[number].key)
                        let buffer = memory(number, range.count)
                        if buffer.count == range.count {
                            buffer.copyBytes(from: bytes.dropFirst(Int(clamping: range.lowerBound)).prefix(range.count))
                        }
                        return ValueInfo(size: UInt64(bytes.count), version: nil)
                    }
                }
            }
        }
    }

    /// Where what `request` names is to be read.
    private func staged(_ request: ValueRequest) throws(StoreError) -> S3StagedNode.Place {
        let parts = request.key.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, request.key.hasPrefix(S3StagedNode.prefix) else { return .stored(request) }
        guard let node = staged.withLock({ $0[String(parts[0])]?.node }) else { return .absent }
        return try node.place(of: String(parts[1]), request)
    }

    /// As for every store: a request for every thousand names.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        if let node = staged.withLock({ $0[prefix.prefix { $0 != "/" }.description]?.node }) {
            return node.children(of: prefix)
        }
        let names = try folder.contents(
            prefix.isEmpty ? "" : "\(prefix)/", delimiter: "/", for: prefix
        ).names
        // A server may say a name twice. By bytes: two names that are the same to Unicode are two.
        return Set(names.map { Array($0.utf8) }).map { String(decoding: $0, as: UTF8.self) }
            .filter { !$0.isEmpty && !(prefix.isEmpty && Self.hiddenNames.contains($0)) }.sorted()
    }

    /// As for every store: one request. What is claimed is being written.
    public func isBeingWritten(_ place: String) -> Bool {
        (try? folder.hasObjects("\(S3Claim.folder)/\(place)/")) ?? false
    }

    /// As many as there are connections.
    public var requestsAtOnce: Int? { values.requestsAtOnce }

    /// Nothing: every status would be a request.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    /// As for every store: a request for every thousand objects.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        if let node = staged.withLock({ $0[prefix.prefix { $0 != "/" }.description]?.node }) {
            return node.values(below: prefix).reduce(0) { $0.adding($1.byteCount ?? 0) ?? .max }
        }
        var sum: UInt64 = 0
        try folder.forEachPage(prefix.isEmpty ? "" : "\(prefix)/", for: prefix) { page in
            for object in page.objects { sum = sum.adding(object.byteCount) ?? .max }
        }
        return sum
    }

    /// As for every store: a request for every thousand objects.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        if let node = staged.withLock({ $0[prefix.prefix { $0 != "/" }.description]?.node }) {
            return node.values(below: prefix)
        }
        var values: [ListedValue] = []
        try folder.forEachPage(prefix.isEmpty ? "" : "\(prefix)/", for: prefix) { page in
            for object in page.objects where object.key.utf8.last != UInt8(ascii: "/") {
                values.append(
                    ListedValue(
                        object.key, byteCount: object.byteCount, version: RemoteAnswer.version(of: object.entityTag),
                        entityTag: object.entityTag.filter { $0 != "\"" }))
            }
        }
        return values
    }

    /// As for every store: a request for every thousand names.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] {
        let start = prefix.isEmpty ? "" : "\(prefix)/"
        let objects = try folder.contents(start, delimiter: "/", for: prefix).objects
        return objects.map { String(decoding: $0.key.utf8.dropFirst(start.utf8.count), as: UTF8.self) }
            .filter { !$0.isEmpty }.sorted()
    }
}
