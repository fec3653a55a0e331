import FoundationEssentials
public import HTTP
import Support
import Synchronization

/// A store that is a folder of a plain web server: keys are paths below it. It is read only.
///
/// A web server cannot be asked what is in a folder, so names are those of the consolidated metadata in the store's own document.
public final class HTTPStore: Store {
    /// The address without a slash at its end.
    private let url: String
    private let values: RemoteValues
    private let names = Mutex<Names?>(nil)

    /// What consolidated metadata said.
    private struct Names {
        /// The names in each group; nil if there are no consolidated metadata.
        let children: [String: [String]]?
        let version: UInt64?
        /// When the document was last looked at.
        var looked: ContinuousClock.Instant
    }

    /// The most bytes of a document with consolidated metadata.
    private static let documentLimit = 64 << 20
    /// How long names are believed without another look.
    private static let trust = Duration.seconds(5)

    /// The store at `url`, which has no query.
    public init(url: String, client: HTTPClient, policy: RetryPolicy = RetryPolicy()) {
        let url = String(url.reversed().drop { $0 == "/" }.reversed())
        self.url = url
        values = RemoteValues(client: client, policy: policy) {
            key, method, fields, limit throws(HTTPError) in
            HTTPRequest(
                method, "\(url)/\(PercentEncoding.encoded(key, isPath: true))", fields: fields, responseLimit: limit)
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

    /// The names that consolidated metadata has. Throws if the store has none.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        try names.withLock { names throws(StoreError) in
            let current = try current(after: names, prefix)
            names = current
            guard let children = current.children else {
                throw StoreError(
                    .denied,
                    "a web server cannot be asked what is in a folder, and the store has no consolidated metadata "
                        + "(zarr.consolidate_metadata of zarr-python writes them) and no catalogue (zarrwlr catalogue writes "
                        + "one)", key: prefix)
            }
            return children[prefix] ?? []
        }
    }

    /// A web server knows no folders.
    public var listsFolders: Bool { false }

    /// As many as there are connections.
    public var requestsAtOnce: Int? { values.requestsAtOnce }

    /// Nothing: every status would be a request.
    public func status(of key: String) throws(StoreError) -> KeyStatus? { KeyStatus(modified: nil, version: nil) }

    /// Throws: a web server cannot be asked that.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        throw StoreError(.denied, "a web server cannot be asked how large it is", key: prefix)
    }

    /// Names are looked at anew.
    public func forget() {
        names.withLock { $0?.looked = .now - Self.trust }
    }

    // MARK: - Consolidated metadata

    private func current(after known: Names?, _ prefix: String) throws(StoreError) -> Names {
        if var known {
            if known.looked + Self.trust > .now { return known }
            let empty = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            let info = try get("zarr.json", .range(0..<0)) { _ in empty }
            known.looked = .now
            if let version = info?.version, version == known.version { return known }
        }
        guard let document = try get("zarr.json", .whole(atMost: Self.documentLimit)) else {
            throw StoreError(.failed, "there is no zarr.json", key: prefix)
        }
        let hasRoom = AddressSpace.hasRoom(for: document.bytes.count.multiplied(by: 8) ?? .max)
        let paths = hasRoom ? Self.paths(in: Data(document.bytes.bytes)) : nil
        return Names(children: paths.map(Self.children), version: document.info.version, looked: .now)
    }

    /// The paths of all nodes, by the consolidated metadata in `document`; nil if it has none.
    static func paths(in document: Data) -> [String]? {
        (try? JSONDecoder().decode(Document.self, from: document))?.consolidated?.metadata.paths
    }

    /// The names directly below each path that has any.
    private static func children(_ paths: [String]) -> [String: [String]] {
        var children: [String: Set<String>] = [:]
        for path in paths {
            var parent = ""
            for name in path.split(separator: "/") {
                children[parent, default: []].insert(String(name))
                parent = parent.isEmpty ? String(name) : "\(parent)/\(name)"
            }
        }
        return children.mapValues { $0.sorted() }
    }

    private struct Document: Decodable {
        struct Consolidated: Decodable {
            let metadata: Paths
        }

        let consolidated: Consolidated?

        private enum CodingKeys: String, CodingKey {
            case consolidated = "consolidated_metadata"
        }
    }

    private struct Paths: Decodable {
        let paths: [String]

        private struct Path: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            paths = try decoder.container(keyedBy: Path.self).allKeys.map(\.stringValue)
        }
    }
}
