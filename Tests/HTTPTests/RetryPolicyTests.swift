import Glibc
import Support
import TestSupport
import Testing

@testable import HTTP

/// What is tried again, for how long, and what is not.
struct RetryPolicyTests {
    private typealias Response = ScriptedServer.Response

    /// A policy that does not keep tests waiting.
    private static var hasty: RetryPolicy {
        var policy = RetryPolicy()
        policy.milliseconds = 20_000
        policy.firstWait = 1
        policy.longestWait = 4
        return policy
    }

    private func perform(
        _ server: ScriptedServer, _ policy: RetryPolicy = hasty, _ settings: HTTPSettings = HTTPSettings(),
        isWhole: (HTTPResponse) -> String? = { _ in nil }
    ) throws(HTTPError) -> HTTPResponse {
        try HTTPClient(settings).perform(policy, isWhole: isWhole) { () throws(HTTPError) in
            HTTPRequest(.get, server.url, responseLimit: 1000)
        }
    }

    @Test func `what fails for a passing reason is tried until it succeeds`() throws {
        let server = try ScriptedServer { _, number in
            var cut = Response(200, [1, 2, 3])
            cut.cutAfter = 1
            return switch number {
            case 0: Response(503)
            case 1: .missing
            case 2: cut
            case 3: Response(429)
            case 4: Response(500)
            case 5: Response(200, Array("<html>".utf8))
            default: Response(200, [1, 2, 3])
            }
        }
        let response = try perform(server) { $0.body.count == 3 ? nil : "is a page of a proxy" }
        #expect(response.body == [1, 2, 3])
        #expect(server.requests.count == 7)
    }

    @Test func `what a request waits for others to end does not count as time in which it was tried`() throws {
        let server = try ScriptedServer { request, number in
            if request.path == "/long" { usleep(900_000) }
            return number == 1 ? Response(503) : Response(200, [1])
        }
        var settings = HTTPSettings()
        settings.connections = 1
        var policy = Self.hasty
        policy.milliseconds = 300
        let client = HTTPClient(settings)
        let long = try WorkerThread(name: "long") { [policy] in
            _ = try? client.perform(policy) { () throws(HTTPError) in
                HTTPRequest(.get, "\(server.url)/long", responseLimit: 1000)
            }
        }
        #expect(eventually { server.requests.count == 1 })
        // Its first attempt fails after the time in which it may be tried again, had it been sent at once.
        let response = try client.perform(policy) { () throws(HTTPError) in
            HTTPRequest(.get, "\(server.url)/short", responseLimit: 1000)
        }
        #expect(response.body == [1])
        long.join()
        #expect(server.requests.map(\.path) == ["/long", "/short", "/short"])
    }

    @Test func `a server that asks for a pause is asked again after it, or once before the deadline`() throws {
        let server = try ScriptedServer { _, number in
            number == 0 ? Response(429, fields: [("Retry-After", "1")]) : Response(200, [1])
        }
        let start = ContinuousClock.now
        #expect(try perform(server).body == [1])
        #expect(ContinuousClock.now - start > .milliseconds(950))
        let busy = try ScriptedServer { _, _ in Response(503, fields: [("Retry-After", "3600")]) }
        var policy = Self.hasty
        policy.milliseconds = 300
        #expect(throws: HTTPError.self) { try perform(busy, policy) }
        #expect((2...4).contains(busy.requests.count))
        // A date says nothing.
        let dated = try ScriptedServer { _, number in
            number == 0
                ? Response(503, fields: [("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT")]) : Response(200, [1])
        }
        #expect(try perform(dated).body == [1])
    }

    @Test(arguments: [200, 206, 304, 400, 401, 403, 404, 412, 416, 501])
    func `an answer that will be the same another time is returned at once`(status: Int) throws {
        let server = try ScriptedServer { _, _ in Response(status) }
        #expect(try perform(server).status == status)
        #expect(server.requests.count == 1)
    }

    @Test func `what does not succeed until the deadline fails with the last reason`() throws {
        let server = try ScriptedServer { _, _ in Response(503) }
        var policy = Self.hasty
        policy.milliseconds = 300
        let error = #expect(throws: HTTPError.self) { try perform(server, policy) }
        #expect(error?.summary == "\(server.url): the server answers 503")
        #expect(server.requests.count > 1)
    }

    @Test func `a silent server does not keep a request beyond the deadline`() throws {
        let server = try ScriptedServer { _, _ in
            var response = Response(200, [1, 2])
            response.silentAfter = 1
            return response
        }
        var policy = Self.hasty
        policy.milliseconds = 1_500
        var settings = HTTPSettings()
        settings.silenceSeconds = 600
        #expect(throws: HTTPError.self) { try perform(server, policy, settings) }
    }

    @Test func `several requests of one read do not wait for the server that long each`() throws {
        let server = try ScriptedServer { _, _ in Response(503) }
        var policy = Self.hasty
        policy.milliseconds = 600_000
        let longAgo = ContinuousClock.now - .seconds(599)
        Cancellation(began: longAgo) { nil }.run {
            for _ in 0..<2 { #expect(throws: HTTPError.self) { try perform(server, policy) } }
        }
        #expect(server.requests.count > 2)
    }

    @Test func `what will never succeed is not tried again`() throws {
        var count = 0
        let error = #expect(throws: HTTPError.self) {
            try HTTPClient().perform(Self.hasty) { () throws(HTTPError) in
                count += 1
                return HTTPRequest(.get, "ftp://127.0.0.1/", responseLimit: 0)
            }
        }
        #expect(error?.kind == .lasting)
        #expect(count == 1)
    }

    @Test func `a wait for the next attempt ends if nobody waits for the answer any more`() throws {
        let server = try ScriptedServer { _, _ in Response(503) }
        var policy = Self.hasty
        policy.milliseconds = 900_000
        policy.firstWait = 600_000
        policy.longestWait = 600_000
        let began = ContinuousClock.now
        let cancellation = Cancellation { ContinuousClock.now - began > .milliseconds(200) ? .interrupted : nil }
        let error = #expect(throws: HTTPError.self) { try cancellation.run { try perform(server, policy) } }
        #expect(error?.isCancellation == true)
    }

    @Test func `waits double up to the longest, and half of each is left to chance`() {
        var policy = RetryPolicy()
        policy.firstWait = 100
        policy.longestWait = 5_000
        for (number, full) in [(0, 100), (1, 200), (3, 800), (5, 3_200), (6, 5_000), (60, 5_000), (Int.max, 5_000)] {
            for _ in 0..<50 { #expect((full / 2...full).contains(policy.wait(after: number))) }
        }
    }
}
