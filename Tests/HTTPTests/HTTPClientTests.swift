import Glibc
import Support
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// What a client does with one attempt at each request.
struct HTTPClientTests {
    private typealias Response = ScriptedServer.Response

    private func get(_ url: String, limit: Int = 1000) -> HTTPRequest { HTTPRequest(.get, url, responseLimit: limit) }

    private func kind(of body: () throws -> HTTPResponse) -> HTTPError.Kind? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? HTTPError)?.kind
        }
    }

    @Test func `an answer has its status, its header fields and its body`() throws {
        let server = try ScriptedServer { _, number in
            Response(number == 0 ? 200 : 404, [1, 2, 3], fields: [("X-Name", "  a value "), ("ETag", "\"1\"")])
        }
        let client = HTTPClient()
        for status in [200, 404] {
            let response = try client.perform(get("\(server.url)/a%20b?c=d"))
            #expect(response.status == status)
            #expect(response.body == [1, 2, 3])
            #expect(response["x-name"] == "a value" && response["etag"] == "\"1\"" && response["x-other"] == nil)
        }
        #expect(server.requests.map(\.target) == ["/a%20b?c=d", "/a%20b?c=d"])
        #expect(server.requests.first?.path == "/a b")
        #expect(server.requests.first?.fields["user-agent"] == "zarrwlr")
    }

    @Test func `requests are sent with their method, their fields and their body, and nothing about forms`() throws {
        let server = try ScriptedServer { _, _ in Response(200, []) }
        let client = HTTPClient()
        for method in [HTTPRequest.Method.head, .put, .post, .delete] {
            var request = HTTPRequest(method, server.url, fields: [("X-One", "1"), ("X-Empty", "")], responseLimit: 0)
            if method != .head { request.body = [7, 0, 8] }
            _ = try client.perform(request)
        }
        #expect(server.requests.map(\.method) == ["HEAD", "PUT", "POST", "DELETE"])
        #expect(server.requests.map(\.body) == [[], [7, 0, 8], [7, 0, 8], [7, 0, 8]])
        for request in server.requests {
            #expect(request.fields["x-one"] == "1" && request.fields["x-empty"] == "")
            #expect(request.fields["content-type"] == nil && request.fields["expect"] == nil)
        }
    }

    @Test func `a request that is given up while it waits is never sent`() throws {
        let server = try ScriptedServer { _, _ in
            usleep(300_000)
            return Response(200, [1])
        }
        var settings = HTTPSettings()
        settings.connections = 1
        let client = HTTPClient(settings)
        let first = try WorkerThread(name: "first") { [client, self] in
            _ = try? client.perform(get("\(server.url)/first"))
        }
        #expect(eventually { server.requests.count == 1 })
        let isGivenUp = Cancellation { .interrupted }
        #expect(throws: HTTPError.self) {
            try isGivenUp.run { _ = try client.perform(get("\(server.url)/second")) }
        }
        first.join()
        #expect(try client.perform(get("\(server.url)/third")).status == 200)
        #expect(server.requests.map(\.path) == ["/first", "/third"])
    }

    @Test func `one connection serves many requests one after the other`() throws {
        let server = try ScriptedServer { _, _ in Response(200, [1]) }
        let client = HTTPClient()
        for _ in 0..<20 { #expect(try client.perform(get(server.url)).body == [1]) }
        #expect(server.connectionCount == 1)
    }

    @Test func `requests that are made together are sent at once, over as many connections as are allowed`() throws {
        let server = try ScriptedServer { request, _ in
            var response = Response(200, Array(request.target.utf8))
            response.requestCount = 8
            return response
        }
        var settings = HTTPSettings()
        settings.connections = 8
        let results = try HTTPClient(settings).perform((0..<8).map { get("\(server.url)/\($0)") })
        #expect(try results.map { String(decoding: try $0.get().body, as: UTF8.self) } == (0..<8).map { "/\($0)" })
        #expect(server.greatestCountAtOnce == 8)
        #expect(server.connectionCount == 8)
        settings.connections = 2
        _ = try HTTPClient(settings).perform((0..<6).map { get("\(server.url)/\($0)") })
        #expect((9...10).contains(server.connectionCount))
    }

    @Test func `an answer that is longer than the request allows is an error that says how long it is`() throws {
        let server = try ScriptedServer { _, _ in Response(200, [UInt8](repeating: 1, count: 101)) }
        let client = HTTPClient()
        #expect(kind { try client.perform(get(server.url, limit: 100)) } == .tooLong(size: 101))
        #expect(try client.perform(get(server.url, limit: 101)).body.count == 101)
    }

    @Test func `the limit does not hold for the text that comes with an error`() throws {
        let server = try ScriptedServer { _, _ in Response(500, [UInt8](repeating: 1, count: 100_000)) }
        let response = try HTTPClient().perform(get(server.url, limit: 0))
        #expect(response.status == 500 && response.body.count == 64 << 10)
    }

    @Test func `no more is received of an error than what is kept, however long it is`() throws {
        let server = try ScriptedServer { _, _ in
            var response = Response(404, [UInt8](repeating: 1, count: 200_000))
            response.silentAfter = 150_000
            return response
        }
        let response = try HTTPClient().perform(get(server.url, limit: 0))
        #expect(response.status == 404 && response.body.count == 64 << 10)
    }

    @Test func `the scheme may be in capitals`() throws {
        let server = try ScriptedServer { _, _ in Response(200, [9]) }
        #expect(try HTTPClient().perform(get("HTTP" + server.url.dropFirst(4))).body == [9])
    }

    @Test func `an answer that is cut, or does not come, may come another time`() throws {
        let server = try ScriptedServer { _, number in
            var response = Response(200, [UInt8](repeating: 1, count: 100))
            response.cutAfter = 50
            return number == 0 ? response : .missing
        }
        let client = HTTPClient()
        #expect(kind { try client.perform(get(server.url)) } == .transport)
        #expect(kind { try client.perform(get(server.url)) } == .transport)
        #expect(kind { try HTTPClient().perform(get("http://127.0.0.1:1")) } == .transport)
    }

    @Test func `a server that sends nothing is given up after a while`() throws {
        let server = try ScriptedServer { _, _ in
            var response = Response(200, [UInt8](repeating: 1, count: 100))
            response.silentAfter = 50
            return response
        }
        var settings = HTTPSettings()
        settings.silenceSeconds = 1
        #expect(kind { try HTTPClient(settings).perform(get(server.url)) } == .transport)
    }

    @Test(arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "http://a b/", "http://[/", "gopher://127.0.0.1:1/"])
    func `what is no address of a web server will not work another time`(url: String) {
        #expect(kind { try HTTPClient().perform(get(url)) } == .lasting)
    }

    @Test func `a header field cannot have another in its value`() throws {
        let server = try ScriptedServer { _, _ in Response(200) }
        for value in ["a\r\nX-Other: 1", "a\nb", "a\u{0}b"] {
            let request = HTTPRequest(.get, server.url, fields: [("X-One", value)], responseLimit: 0)
            #expect(kind { try HTTPClient().perform(request) } == .lasting)
        }
        #expect(server.requests.isEmpty)
    }

    @Test func `a redirect is followed if it keeps the scheme, and if the request permits it`() throws {
        let server = try ScriptedServer { request, _ in
            switch request.target {
            case "/moved": Response(302, fields: [("Location", "/there")])
            case "/file": Response(302, fields: [("Location", "file:///etc/hostname")])
            case "/circle": Response(302, fields: [("Location", "/circle")])
            default: Response(200, [9], fields: [("X-End", "1")])
            }
        }
        let client = HTTPClient()
        let response = try client.perform(get("\(server.url)/moved"))
        #expect(response.status == 200 && response.body == [9] && response["location"] == nil)
        #expect(kind { try client.perform(get("\(server.url)/file")) } == .lasting)
        #expect(kind { try client.perform(get("\(server.url)/circle")) } == .lasting)
        var signed = get("\(server.url)/moved")
        signed.followsRedirects = false
        #expect(try client.perform(signed).status == 302)
    }

    @Test func `a request that nobody waits for any more is given up at once`() throws {
        let server = try ScriptedServer { _, _ in
            var response = Response(200, [1])
            response.milliseconds = 5_000
            return response
        }
        let client = HTTPClient()
        let began = ContinuousClock.now
        let cancellation = Cancellation { ContinuousClock.now - began > .milliseconds(200) ? .interrupted : nil }
        let error = #expect(throws: HTTPError.self) {
            try cancellation.run { try client.perform(get(server.url)) }
        }
        #expect(error?.isCancellation == true)
    }

    @Test func `an error names the address without its query`() throws {
        let server = try ScriptedServer { _, _ in .missing }
        let error = #expect(throws: HTTPError.self) {
            try HTTPClient().perform(get("\(server.url)/a?X-Amz-Signature=secret"))
        }
        #expect(error?.summary.hasPrefix("\(server.url)/a: ") == true)
        #expect(error?.summary.contains("secret") == false)
    }

    @Test func `connections outlive the burst of requests that they were made for`() throws {
        let server = try ScriptedServer { _, number in
            var response = Response(200, [1])
            response.requestCount = number < 12 ? 12 : number < 15 ? 0 : 27
            return response
        }
        var settings = HTTPSettings()
        settings.connections = 12
        let client = HTTPClient(settings)
        _ = try client.perform(Array(repeating: get(server.url), count: 12))
        for _ in 0..<3 { _ = try client.perform(get(server.url)) }
        _ = try client.perform(Array(repeating: get(server.url), count: 12))
        #expect(server.requests.count == 27)
        #expect(server.connectionCount == 12)
    }

    @Test func `clients are used by many threads at once`() throws {
        let server = try ScriptedServer { request, _ in Response(200, Array(request.target.utf8)) }
        let client = HTTPClient()
        let wrong = Atomic<Int>(0)
        Parallel.forEach(count: 400, threads: 16) { number in
            let body = try? client.perform(HTTPRequest(.get, "\(server.url)/\(number)", responseLimit: 100)).body
            if body != Array("/\(number)".utf8) { wrong.add(1, ordering: .relaxed) }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(server.connectionCount <= 16)
    }
}
