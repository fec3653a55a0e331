import Glibc
import Support
import Synchronization

/// A web server on loopback that answers as a script says. It counts what it was asked for, and can be late, silent, or wrong.
public final class ScriptedServer: Sendable {
    /// What it was asked.
    public struct Request: Sendable {
        /// Its method, such as `GET`.
        public let method: String
        /// The path and the query as they came.
        public let target: String
        /// The names of the header fields are in lower case.
        public let fields: [String: String]
        /// What was sent with it.
        public let body: [UInt8]

        /// A request as a server would get it.
        public init(method: String, target: String, fields: [String: String], body: [UInt8]) {
            self.method = method
            self.target = target
            self.fields = fields
            self.body = body
        }

        /// The path, decoded.
        public var path: String { Self.decoded(target.prefix { $0 != "?" }) }

        /// The query, decoded.
        public var query: [String: String] {
            let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&").map { pair in
                (Self.decoded(pair.prefix { $0 != "=" }), Self.decoded(pair.drop { $0 != "=" }.dropFirst()))
            }
            return Dictionary(pairs) { first, _ in first }
        }

        private static func decoded(_ text: Substring) -> String {
            var bytes: [UInt8] = []
            var rest = Array(text.utf8)[...]
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "%"), rest.count >= 2,
                    let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    bytes.append(byte)
                    continue
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// An answer, and what goes wrong with it.
    public struct Response: Sendable {
        /// The status code.
        public var status = 200
        /// Header fields besides the length.
        public var fields: [(name: String, value: String)] = []
        /// The whole body.
        public var body: [UInt8] = []
        /// How long it takes to come.
        public var milliseconds = 0
        /// It does not come before so many requests have come, or half a minute has passed.
        public var requestCount = 0
        /// After so many bytes of the body, the connection is closed.
        public var cutAfter: Int?
        /// After so many bytes of the body, nothing more comes, and the connection stays open.
        public var silentAfter: Int?
        /// The connection is closed instead.
        public var isMissing = false
        /// What the header says the length is; nil for the right one.
        public var announcedLength: Int?
        /// The header does not say how long the body is, which ends with the connection.
        public var isUnmeasured = false

        /// An answer without faults.
        public init(_ status: Int = 200, _ body: [UInt8] = [], fields: [(name: String, value: String)] = []) {
            self.status = status
            self.body = body
            self.fields = fields
        }

        /// No answer: the connection is closed.
        public static var missing: Response {
            var response = Response()
            response.isMissing = true
            return response
        }
    }

    /// Answers a request; its number is counted from zero.
    public typealias Script = @Sendable (_ request: Request, _ number: Int) -> Response

    /// The port of 127.0.0.1 that it listens at.
    public let port: UInt16
    /// Its scheme and host.
    public var url: String { "http://127.0.0.1:\(port)" }

    private let core: Core

    /// A server that answers by `script` until it is released. It listens at `port`, or at any that is free if that is zero.
    public init(port: UInt16 = 0, _ script: @escaping Script) throws {
        let listener = try Listener(port: port)
        self.port = listener.port
        core = Core(listener: listener.descriptor, script)
        try WorkerThread(name: "server") { [core] in core.accept() }.detach()
    }

    deinit {
        core.end()
    }

    /// All requests that came, in their order.
    public var requests: [Request] { core.state.withLock { $0.requests } }
    /// How many came since the last call of this.
    public func takeRequestCount() -> Int {
        core.state.withLock { state in
            defer { state.seen = state.requests.count }
            return state.requests.count - state.seen
        }
    }
    /// How many connections were made.
    public var connectionCount: Int { core.state.withLock { $0.connections } }
    /// The most requests that were answered at once.
    public var greatestCountAtOnce: Int { core.state.withLock { $0.greatestAtOnce } }

    // MARK: - Connections

    private struct Listener {
        let descriptor: Int32
        let port: UInt16

        init(port: UInt16) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw SystemError("socket", "loopback") }
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                        && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard isBound else { throw SystemError("bind", "loopback") }
            self.port = UInt16(bigEndian: address.sin_port)
        }
    }

    private final class Core: Sendable {
        struct State {
            var requests: [Request] = []
            var seen = 0
            var connections = 0
            var open: Set<Int32> = []
            var atOnce = 0
            var greatestAtOnce = 0
            var hasEnded = false
        }

        let state = Mutex(State())
        private let listener: Int32
        private let script: Script

        init(listener: Int32, _ script: @escaping Script) {
            self.listener = listener
            self.script = script
        }

        func end() {
            let open = state.withLock { state in
                state.hasEnded = true
                return state.open
            }
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in open { shutdown(connection, Int32(SHUT_RDWR)) }
        }

        func accept() {
            while true {
                let connection = Glibc.accept(listener, nil, nil)
                guard connection >= 0 else { break }
                let isWanted = state.withLock { state in
                    guard !state.hasEnded else { return false }
                    state.connections += 1
                    state.open.insert(connection)
                    return true
                }
                guard isWanted, let thread = try? WorkerThread(name: "connection", { self.serve(connection) }) else {
                    close(connection)
                    continue
                }
                thread.detach()
            }
            close(listener)
        }

        private func serve(_ connection: Int32) {
            var received: [UInt8] = []
            while let request = Self.request(from: connection, &received) {
                let number = state.withLock { state in
                    state.requests.append(request)
                    state.atOnce += 1
                    state.greatestAtOnce = max(state.greatestAtOnce, state.atOnce)
                    return state.requests.count - 1
                }
                let response = script(request, number)
                usleep(UInt32(response.milliseconds) * 1000)
                waitForRequests(response.requestCount)
                state.withLock { $0.atOnce -= 1 }
                guard Self.send(response, to: request, by: connection) else { break }
            }
            state.withLock { _ = $0.open.remove(connection) }
            close(connection)
        }

        /// Returns once `count` requests have come, or half a minute has passed.
        private func waitForRequests(_ count: Int) {
            for _ in 0..<3000 {
                guard state.withLock({ $0.requests.count }) < count else { return }
                usleep(10_000)
            }
        }

        /// The next request; nil if the client is gone.
        private static func request(from connection: Int32, _ received: inout [UInt8]) -> Request? {
            let end: [UInt8] = [13, 10, 13, 10]
            var headCount: Int?
            var searched = 0
            while headCount == nil {
                for start in searched..<max(searched, received.count - 3)
                where received[start..<start + 4].elementsEqual(end) {
                    headCount = start
                    break
                }
                searched = max(0, received.count - 3)
                if headCount == nil, !receive(connection, &received) { return nil }
            }
            guard let headCount else { return nil }
            let lines = String(decoding: received[..<headCount], as: UTF8.self).split(separator: "\r\n")
            received.removeFirst(headCount + 4)
            let words = lines.first.map { $0.split(separator: " ") } ?? []
            guard words.count == 3 else { return nil }
            var fields: [String: String] = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            let length = fields["content-length"].flatMap { Int($0) } ?? 0
            while received.count < length {
                guard receive(connection, &received) else { return nil }
            }
            let body = Array(received.prefix(length))
            received.removeFirst(length)
            return Request(method: String(words[0]), target: String(words[1]), fields: fields, body: body)
        }

        private static func receive(_ connection: Int32, _ received: inout [UInt8]) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            received += buffer.prefix(count)
            return true
        }

        /// Sends `response`; whether the connection can be used for another.
        private static func send(_ response: Response, to request: Request, by connection: Int32) -> Bool {
            guard !response.isMissing else { return false }
            var head = "HTTP/1.1 \(response.status) as the script says\r\n"
            let length = response.announcedLength ?? response.body.count
            let hasLength = response.fields.contains { $0.name.lowercased() == "content-length" }
            if !hasLength, !response.isUnmeasured { head += "Content-Length: \(length)\r\n" }
            for (name, value) in response.fields { head += "\(name): \(value)\r\n" }
            guard send(Array("\(head)\r\n".utf8), by: connection) else { return false }
            guard request.method != "HEAD" else { return true }
            let count = min(response.cutAfter ?? .max, response.silentAfter ?? .max, response.body.count)
            guard send(Array(response.body.prefix(count)), by: connection) else { return false }
            if response.silentAfter != nil {
                // Until the client or the server ends it.
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return false
            }
            return response.cutAfter == nil && length == response.body.count && !response.isUnmeasured
        }

        private static func send(_ bytes: [UInt8], by connection: Int32) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}
