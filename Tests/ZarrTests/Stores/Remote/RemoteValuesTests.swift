import HTTP
import Support
import TestSupport
import Testing

@testable import Zarr

/// What a store that is read by HTTP makes of answers, right and wrong ones.
struct RemoteValuesTests {
    private typealias Response = ScriptedServer.Response

    private static let value = (0..<100).map { UInt8($0) }
    private static let parts: [(part: ValuePart, bytes: Range<Int>)] = [
        (.whole(atMost: 100), 0..<100), (.range(10..<20), 10..<20), (.suffix(7), 93..<100),
    ]

    private static func store(_ server: ScriptedServer, milliseconds: Int = 20_000) -> any Store {
        var policy = RetryPolicy()
        policy.milliseconds = milliseconds
        policy.firstWait = 1
        policy.longestWait = 4
        return HTTPStore(url: "\(server.url)/a.zarr/", client: HTTPClient(), policy: policy)
    }

    private func kind(_ store: any Store, _ part: ValuePart) -> StoreError.Kind? {
        do throws(StoreError) {
            _ = try store.get("k", part)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `every part is one request, and an empty one asks for no bytes`() throws {
        let values = ServedValues(["k": Self.value])
        let server = try ScriptedServer { request, _ in values.answer(request, below: "/a.zarr/") }
        let store = Self.store(server)
        for (part, range) in Self.parts {
            #expect(try store.get("k", part).map { Array($0.bytes.bytes) } == Array(Self.value[range]))
            #expect(server.takeRequestCount() == 1)
        }
        #expect(server.requests.map { $0.fields["range"] } == [nil, "bytes=10-19", "bytes=-7"])
        #expect(try store.contains("k"))
        #expect(server.takeRequestCount() == 1)
        #expect(server.requests.last?.method == "HEAD")
    }

    @Test func `several parts are asked for at once, and each has a result of its own`() throws {
        let values = ServedValues(["k": Self.value, "l": [1]])
        let server = try ScriptedServer { request, _ in
            var response = values.answer(request, below: "/a.zarr/")
            response.requestCount = 4
            return response
        }
        let requests = [
            ValueRequest("k", .range(0..<3)), ValueRequest("none", .whole(atMost: 5)), ValueRequest("..", .suffix(1)),
            ValueRequest("l", .range(0..<2)), ValueRequest("l", .whole(atMost: 5)),
        ]
        var bytes: [Int: UnsafeMutableRawBufferPointer] = [:]
        defer { for buffer in bytes.values { buffer.deallocate() } }
        let results = Self.store(server).get(requests) { number, count in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            bytes[number] = buffer
            return buffer
        }
        #expect(bytes.mapValues { Array($0) } == [0: [0, 1, 2], 4: [1]])
        #expect(try results[0].get()?.size == 100)
        #expect(try results[1].get() == nil)
        #expect(throws: StoreError.self) { try results[2].get() }
        guard case .failure(let error) = results[3] else { return #expect(Bool(false)) }
        #expect(error.kind == .cutShort(size: 1))
        #expect(try results[4].get()?.size == 1)
        #expect(server.greatestCountAtOnce == 4)
    }

    @Test func `a request for a version has its entity tag, and another version is a change`() throws {
        let values = ServedValues(["k": Self.value])
        let server = try ScriptedServer { request, _ in values.answer(request, below: "/a.zarr/") }
        let store = Self.store(server)
        let version = try store.get("k", .whole(atMost: 100))?.info.version
        #expect(version != nil)
        func read() throws -> ValueInfo? {
            let request = ValueRequest("k", .range(0..<5), version: version)
            return try store.get([request]) { _, count in
                // Freed with the process.
                UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            }[0].get()
        }
        #expect(try read()?.version == version)
        #expect(server.requests.last?.fields["if-match"] == ServedValues.tag(of: Self.value))
        values["k"] = [UInt8](Self.value.reversed())
        let error = #expect(throws: StoreError.self) { try read() }
        #expect(error?.kind == .changed)
        #expect(try store.get("k", .range(0..<1)).map { Array($0.bytes.bytes) } == [99])
    }

    @Test func `wrong answers are asked for again, and none of their bytes is returned`() throws {
        let values = ServedValues(["k": Self.value])
        let wrong: [@Sendable (Response) -> Response] = [
            { _ in .missing },
            { _ in Response(503) },
            { _ in Response(500, Array("<html>oh no</html>".utf8)) },
            { _ in Response(200, Array("<html>a page</html>".utf8), fields: [("Content-Type", "text/html")]) },
            { _ in
                // Longer than what was asked for.
                Response(
                    200, [UInt8](repeating: 0x20, count: 5000), fields: [("Content-Type", "text/html; charset=utf-8")])
            },
            { right in
                var fields = right.fields.filter { $0.name != "Content-Range" }
                fields.append(("Content-Range", "bytes 1-\(right.body.count)/1000"))
                return Response(right.status, right.body, fields: fields)
            },
            { right in
                var response = right
                response.cutAfter = 3
                return response
            },
            { right in
                // A body that is shorter than its place says.
                Response(right.status, Array(right.body.dropLast()), fields: right.fields)
            },
        ]
        for (part, range) in Self.parts {
            let server = try ScriptedServer { request, number in
                let right = values.answer(request, below: "/a.zarr/")
                guard number < wrong.count else { return right }
                let response = wrong[number](right)
                // A whole value has no other length than its own.
                return response.status == 200 && response.fields.allSatisfy { $0.name != "Content-Type" }
                    ? .missing : response
            }
            let isRight =
                try Self.store(server).get("k", part).map { Array($0.bytes.bytes) } == Array(Self.value[range])
            #expect(isRight)
            #expect(server.requests.count == wrong.count + 1)
        }
    }

    @Test func `other bytes than those that were asked for are refused`() throws {
        for field in ["bytes 11-20/100", "bytes 10-20/100", "bytes 0-9/100"] {
            let server = try ScriptedServer { _, _ in
                let bytes = field == "bytes 10-20/100" ? 11 : 10
                return Response(206, [UInt8](repeating: 0, count: bytes), fields: [("Content-Range", field)])
            }
            #expect(kind(Self.store(server, milliseconds: 50), .range(10..<20)) == .failed, "\(field)")
            #expect(kind(Self.store(server, milliseconds: 50), .suffix(10)) == .failed, "\(field)")
        }
        for field in ["bytes 10-19/*", "bytes", "bytes 19-10/100", "bytes 10-19/15", "items 10-19/100"] {
            let server = try ScriptedServer { _, _ in
                Response(206, [UInt8](repeating: 0, count: 10), fields: [("Content-Range", field)])
            }
            // Long enough for a second attempt on a busy machine.
            #expect(kind(Self.store(server, milliseconds: 1_000), .range(10..<20)) == .failed, "\(field)")
            #expect(server.requests.count > 1)
        }
    }

    @Test func `a server that does not send parts of files is refused, and so is a page in place of a part`() throws {
        let server = try ScriptedServer { _, _ in Response(200, Self.value) }
        #expect(kind(Self.store(server), .range(10..<20)) == .denied)
        #expect(kind(Self.store(server), .suffix(10)) == .denied)
        let proxy = try ScriptedServer { _, _ in Response(200, Array("<html>".utf8)) }
        #expect(kind(Self.store(proxy), .range(10..<20)) == .denied)
    }

    @Test func `an answer to HEAD that there are no such bytes is a failure`() throws {
        let silent = try ScriptedServer { _, _ in Response(416) }
        for part in [ValuePart.range(10..<20), .suffix(3)] { #expect(kind(Self.store(silent), part) == .failed) }
        for fields in [[], [("Content-Range", "bytes */0")], [("Content-Range", "bytes */100")]] {
            let server = try ScriptedServer { _, _ in Response(416, fields: fields) }
            for part in [ValuePart.range(0..<0), .suffix(0)] { #expect(kind(Self.store(server), part) == .failed) }
        }
    }

    @Test func `what a server sends in place of a document is a failure, not a document`() throws {
        for page in ["<html>log in</html>", "", "null", "[]"] {
            let server = try ScriptedServer { _, _ in Response(200, Array(page.utf8)) }
            let error = #expect(throws: StoreError.self) {
                try Self.store(server).get("a/zarr.json", .whole(atMost: 100))
            }
            #expect(error?.kind == .failed)
        }
        let server = try ScriptedServer { _, _ in Response(200, Array("\n {}".utf8)) }
        #expect(try Self.store(server).get("a/zarr.json", .whole(atMost: 100))?.info.size == 4)
    }

    @Test func `a server that knows the region of a bucket says it`() throws {
        let server = try ScriptedServer { _, _ in Response(301, fields: [("x-amz-bucket-region", "eu-west-1")]) }
        let error = #expect(throws: StoreError.self) { try Self.store(server).get("k", .range(0..<5)) }
        #expect(
            error?.description.contains("the server answers 301; the bucket is in the region eu-west-1") == true)
    }

    @Test func `what the server sends encoded is refused`() throws {
        let server = try ScriptedServer { _, _ in
            Response(200, Self.value, fields: [("Content-Encoding", "gzip")])
        }
        for part in [.whole(atMost: 100), .range(0..<0)] as [ValuePart] {
            let error = #expect(throws: StoreError.self) { try Self.store(server).get("k", part) }
            #expect(error?.kind == .denied && error?.description.contains("gzip") == true)
        }
        #expect(server.requests.count == 2)
        let plain = try ScriptedServer { _, _ in
            Response(200, Self.value, fields: [("Content-Encoding", "aws-chunked")])
        }
        #expect(try Self.store(plain).get("k", .whole(atMost: 100))?.info.size == 100)
    }

    @Test(arguments: [401, 403])
    func `what the server forbids is denied at once`(status: Int) throws {
        let server = try ScriptedServer { _, _ in Response(status) }
        for (part, _) in Self.parts { #expect(kind(Self.store(server), part) == .forbidden) }
        #expect(kind(Self.store(server), .range(0..<0)) == .forbidden)
        #expect(server.requests.count == 4)
    }

    @Test(arguments: [400, 302, 304, 418, 204])
    func `an answer that no store gives is a failure that names it`(status: Int) throws {
        let server = try ScriptedServer { _, _ in Response(status) }
        let error = #expect(throws: StoreError.self) { try Self.store(server).get("k", .range(0..<5)) }
        #expect(error?.kind == .failed)
        #expect(error?.description.contains("the server answers \(status)") == true)
    }

    @Test func `a server that does not say how large a value is, when it has no such bytes, is asked`() throws {
        let server = try ScriptedServer { request, _ in
            request.method == "HEAD" ? Response(200, Self.value) : Response(416)
        }
        #expect(kind(Self.store(server), .range(90..<101)) == .cutShort(size: 100))
        #expect(kind(Self.store(server), .suffix(5)) == .failed)
    }

    @Test func `a server that is away is waited for until the deadline, and then it is a failure of that read`() throws
    {
        let values = ServedValues(["k": Self.value])
        let server = try ScriptedServer { request, number in
            number < 30 ? Response(503) : values.answer(request, below: "/a.zarr/")
        }
        #expect(kind(Self.store(server, milliseconds: 5), .suffix(1)) == .failed)
        #expect(kind(Self.store(server), .suffix(1)) == nil)
    }

    @Test func `names are encoded in addresses`() throws {
        let values = ServedValues(["é ü+&%?#/k": [1]])
        let server = try ScriptedServer { request, _ in values.answer(request, below: "/a.zarr/") }
        #expect(try Self.store(server).get("é ü+&%?#/k", .whole(atMost: 1)) != nil)
        #expect(server.requests[0].target == "/a.zarr/%C3%A9%20%C3%BC%2B%26%25%3F%23/k")
    }

    @Test func `a value whose length is not in the answer to HEAD is measured by its first byte`() throws {
        let values = ServedValues(["k": Self.value, "empty": []])
        let server = try ScriptedServer { request, _ in
            var response = values.answer(request, below: "/a.zarr/")
            response.isUnmeasured = true
            return response
        }
        let store = Self.store(server)
        for part in [.range(0..<0), .range(100..<100), .suffix(0)] as [ValuePart] {
            let info = try #require(try store.get("k", part)?.info)
            #expect(info.size == 100)
            #expect(try store.get("k", .range(5..<6))?.info.version == info.version)
            #expect(try store.get("none", part) == nil)
        }
        #expect(server.requests.prefix(2).map(\.method) == ["HEAD", "GET"])
        #expect(server.requests[1].fields["range"] == "bytes=0-0")
        #expect(kind(store, .range(101..<101)) == .cutShort(size: 100))
        for part in [.range(0..<0), .suffix(0), .suffix(5)] as [ValuePart] {
            #expect(try store.get("empty", part)?.info.size == 0)
        }
    }

    @Test func `a value of which the server says nowhere how large it is is a failure`() throws {
        let answers: [(Response, StoreError.Kind)] = [
            (Response(200, Self.value), .denied), (Response(200, [1]), .denied), (Response(200), .denied),
            (Response(416), .failed), (Response(416, fields: [("Content-Range", "bytes */100")]), .failed),
            (Response(403), .forbidden), (Response(418), .failed),
            (Response(206, [1], fields: [("Content-Range", "bytes 0-0/*")]), .failed),
        ]
        for (answer, expected) in answers {
            let server = try ScriptedServer { request, _ in
                var response = request.method == "HEAD" ? Response() : answer
                response.isUnmeasured = true
                return response
            }
            #expect(kind(Self.store(server, milliseconds: 50), .range(0..<0)) == expected, "\(answer.status)")
        }
    }
}
