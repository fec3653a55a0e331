import CCurl
import Support
import Synchronization

/// Sends requests over connections that are kept and shared. Safe to use from any thread.
///
/// All transfers are libcurl's, on one thread, which starts with the first request: a process that forks makes none before.
public final class HTTPClient: Sendable {
    private let settings: HTTPSettings
    private let loop = Mutex<HTTPLoop?>(nil)

    /// A client with these settings. Nothing is connected yet.
    public init(_ settings: HTTPSettings = HTTPSettings()) {
        self.settings = settings
    }

    /// The most requests that are under way at once.
    public var connections: Int { settings.connections }

    deinit {
        loop.withLock { $0?.end() }
    }

    /// Sends `requests` at once, and returns the answers in their order, whatever their status. Work of this thread that is cancelled
    /// meanwhile ends with `Cancelled` as the cause.
    public func perform(_ requests: [HTTPRequest]) throws(HTTPError) -> [Result<HTTPResponse, HTTPError>] {
        try carryOut(requests).results
    }

    /// The same, and the longest time that one of them waited for earlier requests to end before it was sent.
    func carryOut(
        _ requests: [HTTPRequest]
    ) throws(HTTPError) -> (results: [Result<HTTPResponse, HTTPError>], waited: Duration) {
        let loop = try running()
        let transfers = requests.map { request in
            Result { () throws(HTTPError) in
                let transfer = try HTTPTransfer(request, settings)
                loop.add(transfer)
                return transfer
            }
        }
        let results = transfers.map { transfer in
            Result { () throws(HTTPError) in
                let transfer = try transfer.get()
                guard transfer.wait() else {
                    loop.remove(transfer)
                    throw HTTPError(.lasting, "the request was given up", cause: Cancelled())
                }
                return try transfer.response()
            }
        }
        // Those that were given up may still be the loop's.
        let waits = zip(transfers, results).compactMap { transfer, result -> Duration? in
            if case .failure(let error) = result, error.isCancellation { return nil }
            return (try? transfer.get())?.waited
        }
        return (results, waits.max() ?? .zero)
    }

    /// Sends `request`, and returns the answer, whatever its status.
    public func perform(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        guard let result = try perform([request]).first else { throw HTTPError(.lasting, "there is no request") }
        return try result.get()
    }

    /// The loop, which is started if it does not run yet.
    private func running() throws(HTTPError) -> HTTPLoop {
        try loop.withLock { loop throws(HTTPError) in
            if let loop { return loop }
            let new = try HTTPLoop(connections: settings.connections)
            loop = new
            return new
        }
    }
}
