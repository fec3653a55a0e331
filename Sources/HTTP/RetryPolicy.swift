import Glibc
import Support

/// How often and how long requests are tried again that failed for a passing reason.
public struct RetryPolicy: Sendable {
    /// How long after the first attempt the last one may begin, in milliseconds.
    public var milliseconds = 60_000
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
    /// Sends the request that `make` returns, again as `policy` says if the server cannot be reached, its answer is not whole, or it says
    /// that it cannot answer now. `isWhole` says what is wrong with an answer; nil if it can be used.
    ///
    /// A request is made anew for every attempt, since a signature is valid for minutes only.
    public func perform(
        _ policy: RetryPolicy, isWhole: (HTTPResponse) -> String? = { _ in nil },
        _ make: () throws(HTTPError) -> HTTPRequest
    ) throws(HTTPError) -> HTTPResponse {
        let end = ContinuousClock.now + .milliseconds(policy.milliseconds)
        var number = 0
        while true {
            let failure: HTTPError
            do throws(HTTPError) {
                let request = try make()
                let response = try perform(request)
                if !RetryPolicy.isPassing(response.status) {
                    guard let problem = isWhole(response) else { return response }
                    failure = HTTPError(.transport, "\(request.shownURL): \(problem)")
                } else {
                    failure = HTTPError(.transport, "\(request.shownURL): the server answers \(response.status)")
                }
            } catch {
                guard error.kind == .transport else { throw error }
                failure = error
            }
            let wait = policy.wait(after: number)
            guard ContinuousClock.now + .milliseconds(wait) < end else { throw failure }
            guard Pause.take(milliseconds: wait) else {
                throw HTTPError(.lasting, "the request was given up", cause: Cancelled())
            }
            number += 1
        }
    }
}

/// A pause of a thread's work.
enum Pause {
    /// Sleeps that long; false if the work of this thread is cancelled before.
    static func take(milliseconds: Int) -> Bool {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end {
            if Cancellation.isRequested { return false }
            usleep(useconds_t(clamping: min(milliseconds, 20) * 1000))
        }
        return true
    }
}
