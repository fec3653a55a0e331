/// An error that says what failed, where, and why, in one line fit for a log.
///
/// Every target has one or a few such types of its own. The line is formatted when it is written, not when the error is
/// thrown.
public protocol DescribedError: Error, CustomStringConvertible {
    /// What failed and where, without the cause: one line, no full stop.
    var summary: String { get }

    /// The error that caused this one, if any.
    var cause: (any Error)? { get }
}

extension DescribedError {
    /// No cause, unless a conforming type has one.
    public var cause: (any Error)? { nil }

    /// The summary and all causes, joined by colons.
    public var description: String {
        guard let cause else { return summary }
        return "\(summary): \(cause)"
    }
}

extension Error {
    /// Whether it is a system call that failed with one of `codes`, or was caused by one.
    public func isFailure(with codes: Int32...) -> Bool {
        var error: (any Error)? = self
        while let current = error {
            if let failure = current as? SystemError { return codes.contains(failure.code) }
            error = (current as? any DescribedError)?.cause
        }
        return false
    }
}
