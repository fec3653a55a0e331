/// An error that says what failed, where, and what caused it, in one line fit for a log.
///
/// Every target has its own type (or a few); what they share is this. Formatting happens when the line is written, never
/// when the error is thrown.
public protocol DescribedError: Error, CustomStringConvertible {
    /// What failed and where, without the cause: one line, no full stop.
    var summary: String { get }

    /// The error beneath this one, if any.
    var cause: (any Error)? { get }
}

extension DescribedError {
    /// No cause, unless a conformer has one.
    public var cause: (any Error)? { nil }

    /// The summary and all causes beneath it, joined by colons.
    public var description: String {
        guard let cause else { return summary }
        return "\(summary): \(cause)"
    }
}
