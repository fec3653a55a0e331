import Foundation
import HTTP
import Support
import TestSupport
import Testing

@testable import S3

/// Objects that are written to a service and removed from it.
struct S3ObjectsTests {
    private static var hasty: RetryPolicy {
        var policy = RetryPolicy()
        policy.milliseconds = 10_000
        policy.firstWait = 1
        policy.longestWait = 4
        return policy
    }

    /// Objects of a bucket `birds` whose requests `answer` answers.
    private func objects(_ server: ScriptedServer) -> S3Objects {
        let location = S3Location(endpoint: server.url, region: "us-east-1", bucket: "birds", isInPath: true)
        let credentials = AWSCredentials(accessKey: "key", secretKey: "secret")
        return S3Objects(
            S3Bucket(location, credentials: credentials), client: HTTPClient(), policy: Self.hasty)
    }

    private static let odd = "a/é &<\"'+ %.txt"

    @Test func `an object is put, replaced, and removed`() throws {
        let service = S3StandIn()
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let objects = objects(server)
        #expect(
            try objects.put(Self.odd, [1, 2, 3]) == .written(entityTag: "\"5289df737df57326fcdd22597afb1fac\""))
        #expect(service.values[Self.odd] == [1, 2, 3])
        _ = try objects.put(Self.odd, [])
        #expect(service.values[Self.odd] == [])
        #expect(try objects.status(of: Self.odd)?.byteCount == 0)
        try objects.remove(Self.odd)
        try objects.remove(Self.odd)
        #expect(try objects.status(of: Self.odd) == nil)
        #expect(service.values.keys == [])
    }

    @Test func `the size of an object is found, not taken for zero, if the answer to HEAD lacks it`() throws {
        let service = S3StandIn()
        service.values["k"] = [1, 2, 3]
        service.values["empty"] = []
        let server = try ScriptedServer { request, _ in
            var response = service.answer(request)
            response.isUnmeasured = true
            return response
        }
        #expect(try objects(server).status(of: "k")?.byteCount == 3)
        #expect(try objects(server).status(of: "empty")?.byteCount == 0)
        #expect(try objects(server).status(of: "none") == nil)
        let silent = try ScriptedServer { request, _ in
            var response = ScriptedServer.Response(request.method == "HEAD" ? 200 : 416, fields: [("ETag", "\"1\"")])
            response.isUnmeasured = true
            return response
        }
        #expect(throws: S3Error.self) { try objects(silent).status(of: "k") }
    }

    @Test func `an object that must be new is left alone if it is there`() throws {
        let service = S3StandIn()
        let server = try ScriptedServer { request, _ in service.answer(request) }
        #expect(try objects(server).put("k", [1], mustBeNew: true) != .exists)
        #expect(try objects(server).put("k", [2], mustBeNew: true) == .exists)
        #expect(service.values["k"] == [1])
    }

    @Test func `a service that knows no condition says so`() throws {
        let service = S3StandIn(conditions: .refused)
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let error = #expect(throws: S3Error.self) { try objects(server).put("k", [1], mustBeNew: true) }
        #expect(error?.kind == .unsupported)
    }

    @Test func `what is damaged on its way, or kept as something else, is sent again`() throws {
        let service = S3StandIn()
        let server = try ScriptedServer { request, number in
            switch number {
            case 0: return S3StandIn.error(400, "BadDigest")
            case 1: return .init(200, fields: [("ETag", "\"00000000000000000000000000000000\"")])
            case 2: return S3StandIn.error(409, "ConditionalRequestConflict")
            case 3: return .init(503)
            default: return service.answer(request)
            }
        }
        _ = try objects(server).put("k", [1])
        #expect(server.requests.count == 5)
        #expect(service.values["k"] == [1])
    }

    @Test func `a page that comes in place of an answer is not taken for one`() throws {
        let service = S3StandIn()
        let page = ScriptedServer.Response(
            200, Array("<html>Log in</html>".utf8), fields: [("Content-Type", "text/html")])
        let server = try ScriptedServer { request, number in
            number.isMultiple(of: 2) ? page : service.answer(request)
        }
        let objects = objects(server)
        #expect(try objects.put("k", [1]) == .written(entityTag: "\"55a54008ad1ba589aa210d2629c1df41\""))
        #expect(service.values["k"] == [1])
        #expect(try objects.bytes(of: "k", atMost: 100) == [1])
        #expect(try objects.status(of: "k")?.byteCount == 1)
        #expect(try objects.status(of: "none") == nil)
        try objects.remove("k")
        #expect(service.values.keys == [])
        let upload = try objects.begin("k")
        try objects.abort(upload)
        #expect(service.unfinished == [])
        #expect(server.requests.count == 14)
    }

    @Test func `an entity tag of an encrypted object says nothing of its bytes`() throws {
        let server = try ScriptedServer { _, _ in
            .init(
                200,
                fields: [
                    ("ETag", "\"00000000000000000000000000000000\""), ("x-amz-server-side-encryption", "aws:kms"),
                ])
        }
        _ = try objects(server).put("k", [1])
        #expect(server.requests.count == 1)
    }

    @Test func `thousands of objects are removed by a request for each thousand`() throws {
        let service = S3StandIn()
        for number in 0..<1500 { service.values["k\(number)"] = [1] }
        service.values[Self.odd] = [1]
        service.values["kept"] = [1]
        let server = try ScriptedServer { request, _ in service.answer(request) }
        try objects(server).remove((0..<1500).map { "k\($0)" } + [Self.odd, "never"])
        #expect(service.values.keys == ["kept"])
        #expect(server.requests.count == 2)
    }

    @Test func `objects are removed one by one if a service cannot otherwise`() throws {
        let service = S3StandIn()
        for key in ["a", "b"] { service.values[key] = [1] }
        let server = try ScriptedServer { request, _ in
            request.method == "POST" ? S3StandIn.error(501, "NotImplemented") : service.answer(request)
        }
        try objects(server).remove(["a", "b"])
        #expect(service.values.keys == [])
    }

    private static let parts: [[UInt8]] = [[1, 1], [2, 2], [3]]

    @Test func `an object is put in parts in any order, and appears when it is complete`() throws {
        let service = S3StandIn(leastPart: 2)
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let objects = objects(server)
        let upload = try objects.begin(Self.odd)
        #expect(try objects.uploads(below: "a/") == [upload])
        #expect(try objects.uploads(below: "b/") == [])
        let last = try objects.put(Self.parts[2], part: 3, of: upload)
        var parts = [last]
        for number in 1...2 { parts.append(try objects.put(Self.parts[number - 1], part: number, of: upload)) }
        #expect(service.values.keys == [])
        let tag = try objects.complete(upload, of: parts)
        #expect(tag.hasSuffix("-3\""))
        #expect(service.values[Self.odd] == [1, 1, 2, 2, 3])
        #expect(try objects.uploads(below: "") == [])
    }

    @Test func `an object whose completion was answered by nobody is found to be complete`() throws {
        let service = S3StandIn()
        let isFirst = Once()
        let server = try ScriptedServer { request, _ in
            let response = service.answer(request)
            return request.method == "POST" && request.query["uploadId"] != nil && isFirst.take() ? .missing : response
        }
        let objects = objects(server)
        let upload = try objects.begin("k")
        let part = try objects.put([1, 2], part: 1, of: upload)
        #expect(try objects.complete(upload, of: [part]).hasSuffix("-1\""))
        #expect(service.values["k"] == [1, 2])
    }

    @Test func `a completion that fails behind a status of success is tried again`() throws {
        let service = S3StandIn()
        let isFirst = Once()
        let server = try ScriptedServer { request, _ in
            let isCompletion = request.method == "POST" && request.query["uploadId"] != nil
            guard isCompletion, isFirst.take() else { return service.answer(request) }
            return .init(200, S3StandIn.error(500, "InternalError").body)
        }
        let objects = objects(server)
        let upload = try objects.begin("k")
        _ = try objects.complete(upload, of: [objects.put([1], part: 1, of: upload)])
        #expect(service.values["k"] == [1])
    }

    @Test func `an upload that is given up leaves nothing`() throws {
        let service = S3StandIn()
        let server = try ScriptedServer { request, _ in service.answer(request) }
        let objects = objects(server)
        let upload = try objects.begin("k")
        _ = try objects.put([1], part: 1, of: upload)
        try objects.abort(upload)
        try objects.abort(upload)
        #expect(service.unfinished == [])
        let error = #expect(throws: S3Error.self) { try objects.complete(upload, of: []) }
        #expect(error?.kind == .absent)
    }

    @Test(arguments: [
        (403, "AccessDenied", S3Error.Kind.forbidden), (404, "NoSuchBucket", .noBucket), (507, "", .full),
        (403, "QuotaExceeded", .full), (501, "NotImplemented", .unsupported), (400, "InvalidArgument", .failed),
    ])
    func `a refusal is understood, and not asked for again`(status: Int, code: String, kind: S3Error.Kind) throws {
        let server = try ScriptedServer { _, _ in S3StandIn.error(status, code) }
        let error = #expect(throws: S3Error.self) { try objects(server).put("k", [1]) }
        #expect(error?.kind == kind)
        #expect(server.requests.count == 1)
    }
}

/// True the first time.
private final class Once: Sendable {
    private let isOver = Counter()

    func take() -> Bool {
        defer { isOver.add(1) }
        return isOver.value == 0
    }
}
