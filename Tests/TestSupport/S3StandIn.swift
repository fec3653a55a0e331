import Foundation
import Support
import Synchronization

/// What a `ScriptedServer` answers as an S3 service that can be written to: objects, objects in parts, and lists of both.
public final class S3StandIn: Sendable {
    /// What the service does with `If-None-Match`.
    public enum Conditions: Sendable, CaseIterable {
        /// What the field says.
        case honoured
        /// It answers 501, as OpenStack Swift does.
        case refused
        /// It puts the object whatever there is.
        case ignored
        /// It answers 501, and lists what is new only after a while, as an OpenStack Swift that has too much to do.
        case refusedAndListedLate

        var areRefused: Bool { self == .refused || self == .refusedAndListedLate }
    }

    private struct Upload: Sendable {
        let key: String
        var parts: [Int: [UInt8]] = [:]
    }

    /// The objects.
    public let values = ServedValues()
    private let bucket: String
    private let conditions: Conditions
    private let uploads = Mutex<[String: Upload]>([:])
    private let uploadCount = Atomic<Int>(0)
    /// How late lists have what is new.
    private var listDelay: Duration { conditions == .refusedAndListedLate ? .milliseconds(60) : .zero }

    /// Bytes that every part but the last has at least.
    private let leastPart: Int

    /// An empty bucket. Parts have at least `leastPart` bytes, but for the last.
    public init(bucket: String = "birds", conditions: Conditions = .honoured, leastPart: Int = 5 << 20) {
        self.bucket = bucket
        self.leastPart = leastPart
        self.conditions = conditions
    }

    /// The keys of what is not complete.
    public var unfinished: [String] { uploads.withLock { $0.values.map(\.key).sorted() } }

    /// Answers `request`.
    public func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Response {
        guard request.path == "/\(bucket)" || request.path.hasPrefix("/\(bucket)/") else {
            return Self.error(404, "NoSuchBucket")
        }
        let key = String(request.path.dropFirst(bucket.utf8.count + 2))
        let query = request.query
        switch request.method {
        case "PUT":
            if let digest = request.fields["content-md5"],
                digest != Data(Self.md5(of: request.body)).base64EncodedString()
            {
                return Self.error(400, "BadDigest")
            }
            return query["uploadId"] == nil ? put(key, request) : putPart(key, request)
        case "POST" where query["uploads"] != nil: return begin(key)
        case "POST" where query["delete"] != nil: return removeAll(request)
        case "POST": return complete(key, query["uploadId"] ?? "")
        case "DELETE" where query["uploadId"] != nil:
            let upload = uploads.withLock { $0.removeValue(forKey: query["uploadId"] ?? "") }
            return upload == nil ? Self.error(404, "NoSuchUpload") : ScriptedServer.Response(204)
        case "DELETE":
            values[key] = nil
            return ScriptedServer.Response(204)
        case "GET" where key.isEmpty && query["uploads"] != nil: return list(query["prefix"] ?? "")
        default:
            var response = values.answer(request, bucket: bucket)
            response.fields.append(("Date", Self.date))
            return response
        }
    }

    private func put(_ key: String, _ request: ScriptedServer.Request) -> ScriptedServer.Response {
        let isConditional = request.fields["if-none-match"] != nil
        guard !isConditional || !conditions.areRefused else { return Self.error(501, "NotImplemented") }
        let tag = "\"\(Self.md5(of: request.body).hexadecimal)\""
        guard
            values.put(
                request.body, as: key, tag: tag, mustBeNew: isConditional && conditions == .honoured,
                listedAfter: listDelay)
        else { return Self.error(412, "PreconditionFailed") }
        return ScriptedServer.Response(fields: [("ETag", tag)])
    }

    // MARK: - Parts

    private func begin(_ key: String) -> ScriptedServer.Response {
        let identifier = "upload-\(uploadCount.add(1, ordering: .relaxed).newValue)"
        uploads.withLock { $0[identifier] = Upload(key: key) }
        return Self.document(
            "InitiateMultipartUploadResult", "<Key>\(Self.escaped(key))</Key><UploadId>\(identifier)</UploadId>")
    }

    private func putPart(_ key: String, _ request: ScriptedServer.Request) -> ScriptedServer.Response {
        guard let number = request.query["partNumber"].flatMap({ Int($0) }), 1...10_000 ~= number else {
            return Self.error(400, "InvalidArgument")
        }
        let isKnown = uploads.withLock { uploads in
            uploads[request.query["uploadId"] ?? ""]?.parts[number] = request.body
            return uploads[request.query["uploadId"] ?? ""]?.key == key
        }
        guard isKnown else { return Self.error(404, "NoSuchUpload") }
        return ScriptedServer.Response(fields: [("ETag", "\"\(Self.md5(of: request.body).hexadecimal)\"")])
    }

    private func complete(_ key: String, _ identifier: String) -> ScriptedServer.Response {
        guard let upload = uploads.withLock({ $0.removeValue(forKey: identifier) }), upload.key == key else {
            return Self.error(404, "NoSuchUpload")
        }
        let parts = upload.parts.sorted { $0.key < $1.key }.map(\.value)
        guard parts.dropLast().allSatisfy({ $0.count >= leastPart }) else { return Self.error(400, "EntityTooSmall") }
        let tag = "\"\(Self.md5(of: parts.flatMap { Self.md5(of: $0) }).hexadecimal)-\(parts.count)\""
        values.put(Array(parts.joined()), as: key, tag: tag, listedAfter: listDelay)
        return Self.document("CompleteMultipartUploadResult", "<ETag>\(Self.escaped(tag))</ETag>")
    }

    private func list(_ prefix: String) -> ScriptedServer.Response {
        let found = uploads.withLock { $0.filter { $0.value.key.hasPrefix(prefix) } }
        let entries = found.sorted { $0.key < $1.key }.map { identifier, upload in
            "<Upload><Key>\(Self.escaped(upload.key))</Key><UploadId>\(identifier)</UploadId></Upload>"
        }
        return Self.document("ListMultipartUploadsResult", entries.joined() + "<IsTruncated>false</IsTruncated>")
    }

    // MARK: - Removing

    private func removeAll(_ request: ScriptedServer.Request) -> ScriptedServer.Response {
        let keys = String(decoding: request.body, as: UTF8.self).matches(of: #/<Key>([^<]*)</Key>/#).map { match in
            String(match.output.1).replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(
                of: "&quot;", with: "\""
            ).replacingOccurrences(of: "&amp;", with: "&")
        }
        for key in keys { values[key] = nil }
        return Self.document("DeleteResult", "")
    }

    // MARK: - Answers

    private static func document(_ name: String, _ content: String) -> ScriptedServer.Response {
        ScriptedServer.Response(200, Array("<?xml version=\"1.0\"?><\(name)>\(content)</\(name)>".utf8))
    }

    /// An answer that says that something is wrong.
    public static func error(_ status: Int, _ code: String) -> ScriptedServer.Response {
        ScriptedServer.Response(status, document("Error", "<Code>\(code)</Code><Message>as asked for</Message>").body)
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: "\"", with: "&quot;")
    }

    /// The MD5 of `bytes`.
    static func md5(of bytes: [UInt8]) -> [UInt8] {
        let digest = MessageDigest(.md5)
        digest?.update(bytes)
        return digest?.finish() ?? []
    }

    private static var date: String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date())
    }
}
