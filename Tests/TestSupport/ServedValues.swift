public import Foundation
import HTTP
import Support
import Synchronization

/// Values under keys that a `ScriptedServer` has: it answers requests for them as a web server does, or an S3 service.
public final class ServedValues: Sendable {
    private struct Value: Sendable {
        let bytes: [UInt8]
        let tag: String
        /// When it was written, in seconds since 1970.
        var modified = Date().timeIntervalSince1970
        /// From when on lists have it.
        var listed = ContinuousClock.now

        init(_ bytes: [UInt8], tag: String? = nil) {
            self.bytes = bytes
            self.tag = tag ?? ServedValues.tag(of: bytes)
        }
    }

    private let values: Mutex<[String: Value]>
    /// Names in an answer to ListObjectsV2.
    private let pageCount: Int

    /// These values. A list has `pageCount` names in each of its pages.
    public init(_ values: [String: [UInt8]] = [:], pageCount: Int = 1000) {
        self.values = Mutex(values.mapValues { Value($0) })
        self.pageCount = pageCount
    }

    /// The files of the folder `directory`.
    public convenience init(of directory: URL, below prefix: String = "") throws {
        var values: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
            let file = directory.appending(path: name)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            values[prefix.isEmpty ? name : "\(prefix)/\(name)"] = Array(try Data(contentsOf: file))
        }
        self.init(values)
    }

    /// The value under `key`; nil if there is none.
    public subscript(key: String) -> [UInt8]? {
        get { values.withLock { $0[key]?.bytes } }
        set {
            let value = newValue.map { Value($0) }
            values.withLock { $0[key] = value }
        }
    }

    /// All keys, sorted.
    public var keys: [String] { values.withLock { $0.keys.sorted() } }

    /// Puts `bytes` under `key`, with the entity tag `tag`; false if it `mustBeNew` and there is something. If there is nothing, lists have the key
    /// only after `delay`.
    @discardableResult
    func put(
        _ bytes: [UInt8], as key: String, tag: String, mustBeNew: Bool = false, listedAfter delay: Duration = .zero
    ) -> Bool {
        values.withLock { values in
            guard !mustBeNew || values[key] == nil else { return false }
            let listed = values[key]?.listed ?? .now + delay
            values[key] = Value(bytes, tag: tag)
            values[key]?.listed = listed
            return true
        }
    }

    /// Lets the value under `key` be that much older.
    public func age(_ key: String, seconds: Double) {
        values.withLock { $0[key]?.modified -= seconds }
    }

    /// The entity tag of a value.
    public static func tag(of value: [UInt8]) -> String { "\"\(FNV1a(of: value.map { UInt64($0) }).value)\"" }

    /// The answer of a web server on which the values are below `folder`, which begins and ends with a slash.
    public func answer(_ request: ScriptedServer.Request, below folder: String = "/") -> ScriptedServer.Response {
        let path = request.path
        let key = String(path.dropFirst(folder.count))
        guard path.hasPrefix(folder), let found = values.withLock({ $0[key] }) else {
            return ScriptedServer.Response(404, Array("<html>There is no such page.</html>".utf8))
        }
        let value = found.bytes
        let tag = ("ETag", found.tag)
        if let wanted = request.fields["if-match"], wanted != tag.1 { return ScriptedServer.Response(412) }
        guard let field = request.fields["range"] else {
            return ScriptedServer.Response(200, request.method == "HEAD" ? [] : value, fields: [tag])
                .announcing(value.count)
        }
        guard let range = Self.range(field, of: UInt64(value.count)) else {
            return ScriptedServer.Response(416, fields: [("Content-Range", "bytes */\(value.count)")])
        }
        return ScriptedServer.Response(
            206, Array(value[Int(range.lowerBound)..<Int(range.upperBound)]),
            fields: [tag, ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(value.count)")])
    }

    /// The answer of an S3 service of which `bucket` has the values, addressed by path.
    public func answer(_ request: ScriptedServer.Request, bucket: String) -> ScriptedServer.Response {
        guard request.path == "/\(bucket)/" || request.path == "/\(bucket)" else {
            return answer(request, below: "/\(bucket)/")
        }
        return ScriptedServer.Response(
            200, Array(list(request.query).utf8), fields: [("Content-Type", "application/xml")])
    }

    /// The bytes that the header field `Range` with the value `field` names; nil if there are none.
    private static func range(_ field: String, of size: UInt64) -> Range<UInt64>? {
        let bounds = field.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let end = UInt64(bounds[1]) else { return nil }
        if bounds[0].isEmpty { return end == 0 || size == 0 ? nil : size - min(end, size)..<size }
        guard let start = UInt64(bounds[0]), start < size, start <= end else { return nil }
        return start..<min(size, end == .max ? end : end + 1)
    }

    private func list(_ query: [String: String]) -> String {
        let (prefix, delimiter) = (query["prefix"] ?? "", query["delimiter"] ?? "")
        let isEncoded = query["encoding-type"] == "url"
        // As AWS does.
        func named(_ name: String) -> String {
            isEncoded
                ? PercentEncoding.encoded(name, isPath: true).replacingOccurrences(of: "%20", with: "+")
                : Self.escaped(name)
        }
        let found = values.withLock { $0.filter { $0.key.hasPrefix(prefix) && $0.value.listed <= .now } }
        var entries: [String: String] = [:]
        for (key, value) in found {
            let rest = key.dropFirst(prefix.count)
            if !delimiter.isEmpty, let end = rest.firstIndex(of: Character(delimiter)) {
                let name = prefix + rest[...end]
                entries[name] = "<CommonPrefixes><Prefix>\(named(name))</Prefix></CommonPrefixes>"
            } else {
                entries[key] =
                    "<Contents><Key>\(named(key))</Key><Size>\(value.bytes.count)</Size>"
                    + "<LastModified>\(ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: value.modified)))"
                    + "</LastModified><ETag>\(Self.escaped(value.tag))</ETag></Contents>"
            }
        }
        let start = query["continuation-token"] ?? ""
        let names = entries.keys.sorted().filter { $0 > start }
        let page = names.prefix(pageCount)
        let isTruncated = page.count < names.count
        let continuation =
            isTruncated
            ? "<NextContinuationToken>\(Self.escaped(page.last ?? ""))</NextContinuationToken>" : ""
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>\(isTruncated)</IsTruncated>"
            + "\(isEncoded ? "<EncodingType>url</EncodingType>" : "")\(continuation)\(page.compactMap { entries[$0] }.joined())</ListBucketResult>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: "\"", with: "&quot;")
    }
}

extension ScriptedServer.Response {
    /// The same, with that length in its header.
    fileprivate func announcing(_ count: Int) -> ScriptedServer.Response {
        var response = self
        if response.body.isEmpty { response.announcedLength = count }
        return response
    }
}
