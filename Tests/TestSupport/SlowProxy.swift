import Foundation

/// A proxy before a server on loopback, which makes it far away and unreliable. See Tests/Tools/slow_proxy.py.
public final class SlowProxy: Sendable {
    /// A request that has come through.
    public struct Request: Sendable, Equatable {
        /// Its method, such as `GET`.
        public let method: String
        /// The path and the query as they came.
        public let target: String
        /// The field `Range`; nil if there is none.
        public let range: String?
        /// The status of the answer; nil if there was none.
        public let status: Int?
        /// What went wrong; "none" if nothing did.
        public let fault: String
        /// When it came, and when its answer was there, in seconds.
        public let start: Double, end: Double
    }

    /// Its address.
    public var url: String { tool.address }
    private let tool: CommandedTool

    /// Starts one before the server at `url`, with further `options`, calls `body`, and ends it.
    public static func with<T>(
        _ url: String, _ options: [String] = [], _ body: (SlowProxy) throws -> T
    ) throws -> T {
        let host = String(url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" })
        let proxy = SlowProxy(tool: try CommandedTool("slow_proxy.py", [host] + options))
        defer { proxy.tool.end() }
        return try body(proxy)
    }

    private init(tool: CommandedTool) {
        self.tool = tool
    }

    /// Does `faults` to the next requests, one each.
    public func failNext(_ faults: [String]) throws { try tool.command(["next"] + faults) }

    /// From now on, the part `rate` of requests goes wrong.
    public func fail(_ rate: Double) throws { try tool.command(["faults", "\(rate)"]) }

    /// From now on, each way takes so many milliseconds.
    public func delay(_ milliseconds: Int) throws { try tool.command(["delay", "\(milliseconds)"]) }

    /// Closes all connections, and takes no new ones.
    public func goAway() throws { try tool.command(["away"]) }

    /// Takes them again.
    public func comeBack() throws { try tool.command(["back"]) }

    /// The requests since the last call of this.
    public func takeRequests() throws -> [Request] {
        let log = try JSONSerialization.jsonObject(with: Data(try tool.command(["log"]).utf8)) as? [[Any]] ?? []
        return log.compactMap { entry in
            guard entry.count == 7, let method = entry[0] as? String, let target = entry[1] as? String,
                let fault = entry[4] as? String, let start = entry[5] as? Double
            else { return nil }
            return Request(
                method: method, target: target, range: entry[2] as? String, status: entry[3] as? Int, fault: fault,
                start: start, end: entry[6] as? Double ?? .infinity)
        }
    }

    /// How many of `requests` came one after the other, each when the answer to the one before was there: the round trips that they took.
    public static func trips(_ requests: [Request]) -> Int {
        var (count, end) = (0, -Double.infinity)
        for request in requests.sorted(by: { $0.end < $1.end }) where request.start >= end {
            (count, end) = (count + 1, request.end)
        }
        return count
    }
}
