import Support

/// How often and how long requests are tried again that failed for a passing reason.
public struct RetryPolicy: Sendable {
    /// How long after the first attempt the last one may begin, in milliseconds; what a request waits for others to end, since all connections are
    /// in use, does not count. If somebody waits for the work of this thread
    /// (`Cancellation.began`), it counts from then on: what takes several requests is not to wait that long for each.
    public var milliseconds = 60_000
    /// So long after the first attempt another one may begin in any case, in milliseconds.
    static let leastMilliseconds = 1_000
    /// The wait before the second attempt, in milliseconds; it doubles with every attempt.
    public var firstWait = 100
    /// The longest wait, in milliseconds.
    public var longestWait = 5_000

    /// The usual policy.
    public init() {}

    /// The statuses that say that a server cannot answer now (RFC 6585, section 4; RFC 9110, section 15.6).
    static func isPassing(_ status: Int) -> Bool {
        switch status {
        case 408, 429, 500, 502, 503, 504: true
        default: false
        }
    }

    /// The wait after attempt `number`, counted from zero, in milliseconds: from half of what it would be to all of it, so that many
    /// clients do not come back at once.
    func wait(after number: Int) -> Int {
        let full = min(longestWait, firstWait << min(number, 20))
        return Int.random(in: full / 2...full)
    }
}

extension HTTPClient {
    /// Sends the requests that `make` returns for the numbers below `count`, all at once, and those again, as `policy` says, for which the
    /// server cannot be reached, whose answer is not whole, or for which the server says that it cannot answer now. `isWhole` says what is
    /// wrong with an answer; nil if it can be used.
    ///
    /// A request is made anew for every attempt, since a signature is valid for minutes only.
    public func perform(
        _ policy: RetryPolicy, count: Int, isWhole: (Int, HTTPResponse) -> String?,
        _ make: (Int) throws(HTTPError) -> HTTPRequest
    ) -> [Result<HTTPResponse, HTTPError>] {
        var attempts = Attempts(count: count, policy)
        while !attempts.pending.isEmpty {
            let sent = attempts.requests(make)
            let answers: [Result<HTTPResponse, HTTPError>]
            do throws(HTTPError) {
                let outcome = try carryOut(sent.map(\.request))
                answers = outcome.results
                attempts.excuse(outcome.waited)
            } catch {
                answers = sent.map { _ in .failure(error) }
            }
            for (request, answer) in zip(sent, answers) {
                attempts.take(answer, of: request) { isWhole(request.number, $0) }
            }
            attempts.waitForNext()
        }
        return attempts.results
    }

    /// Sends the request that `make` returns, again as `policy` says, as above.
    public func perform(
        _ policy: RetryPolicy, isWhole: (HTTPResponse) -> String? = { _ in nil },
        _ make: () throws(HTTPError) -> HTTPRequest
    ) throws(HTTPError) -> HTTPResponse {
        let results = perform(policy, count: 1) {
            isWhole($1)
        } _: { _ throws(HTTPError) in
            try make()
        }
        guard let result = results.first else { throw HTTPError(.lasting, "there is no request") }
        return try result.get()
    }
}

/// Requests that are sent together, and what came of them so far.
private struct Attempts {
    struct Sent {
        let number: Int
        let request: HTTPRequest
    }

    private let policy: RetryPolicy
    private var end: ContinuousClock.Instant
    /// How often they were tried.
    private var count = 0
    /// Those that are to be sent next.
    private(set) var pending: [Int]
    private var failures: [Int: HTTPError] = [:]
    /// How long the servers ask to wait, in milliseconds.
    private var leastWait = 0
    private var settled: [Result<HTTPResponse, HTTPError>?]

    init(count: Int, _ policy: RetryPolicy) {
        self.policy = policy
        let now = ContinuousClock.now
        let least = now + .milliseconds(min(policy.milliseconds, RetryPolicy.leastMilliseconds))
        end = max(least, (Cancellation.current?.began ?? now) + .milliseconds(policy.milliseconds))
        pending = Array(0..<count)
        settled = Array(repeating: nil, count: count)
    }

    /// The results, when nothing is pending any more.
    var results: [Result<HTTPResponse, HTTPError>] { settled.compactMap(\.self) }

    /// The requests that are to be sent. A server does not keep them beyond the deadline.
    mutating func requests(_ make: (Int) throws(HTTPError) -> HTTPRequest) -> [Sent] {
        let milliseconds = Int(clamping: max(1, Int64((end - .now) / .milliseconds(1))))
        var sent: [Sent] = []
        for number in pending {
            do throws(HTTPError) {
                var request = try make(number)
                request.milliseconds = milliseconds
                sent.append(Sent(number: number, request: request))
            } catch {
                take(error, number)
            }
        }
        pending = []
        return sent
    }

    /// Lets `time`, in which nothing was sent, not count, unless somebody waits.
    mutating func excuse(_ time: Duration) {
        if Cancellation.current?.began == nil { end += time }
    }

    /// Takes the answer to a request.
    mutating func take(
        _ answer: Result<HTTPResponse, HTTPError>, of sent: Sent, isWhole: (HTTPResponse) -> String?
    ) {
        switch answer {
        case .failure(let error): take(error, sent.number)
        case .success(let response) where RetryPolicy.isPassing(response.status):
            leastWait = max(leastWait, response.retryMilliseconds ?? 0)
            failures[sent.number] = HTTPError(
                .transport, "\(sent.request.shownURL): the server answers \(response.status)")
        case .success(let response):
            if let problem = isWhole(response) {
                failures[sent.number] = HTTPError(.transport, "\(sent.request.shownURL): \(problem)")
            } else {
                settled[sent.number] = answer
            }
        }
    }

    private mutating func take(_ error: HTTPError, _ number: Int) {
        if error.kind == .transport {
            failures[number] = error
        } else {
            settled[number] = .failure(error)
        }
    }

    /// Waits until what has failed is to be sent again; if that is not to be, it has failed for good.
    mutating func waitForNext() {
        guard !failures.isEmpty else { return }
        defer { (failures, leastWait) = ([:], 0) }
        // If that would be too late, there is one attempt more before the deadline.
        let left = Int(clamping: Int64((end - .now) / .milliseconds(1)))
        let wait = max(policy.wait(after: count), min(leastWait, left - left / 10))
        count += 1
        if ContinuousClock.now + .milliseconds(wait) >= end {
            for (number, error) in failures { settled[number] = .failure(error) }
        } else if Pause.take(milliseconds: wait) {
            pending = failures.keys.sorted()
        } else {
            let error = HTTPError(.lasting, "the request was given up", cause: Cancelled())
            for number in failures.keys { settled[number] = .failure(error) }
        }
    }
}
