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
    public var description: String { description(after: "") }

    /// The summary and all causes, joined by colons, as they are written behind `context`. A path that a part begins with is
    /// left out if it was named before, or if it is hidden; a part that says the same as the one before it is left out, too.
    public func description(after context: String) -> String {
        let own = summary.droppingSubject(namedIn: context)
        guard let cause else { return own }
        let all = "\(context): \(summary)"
        let rest = (cause as? any DescribedError)?.description(after: all) ?? "\(cause)"
        return rest == own || rest.hasPrefix("\(own): ") ? rest : "\(own): \(rest)"
    }
}

extension String {
    /// What the names of files and folders begin with that are in a store while something is written, and that nobody else sees.
    public static var hiddenNamePrefix: String { ".zarrwlr-" }

    /// What follows `path: ` if the text begins so and `context` names that path.
    fileprivate func droppingSubject(namedIn context: String) -> String {
        guard let end = firstRange(of: ": ") else { return self }
        let subject = String(self[..<end.lowerBound])
        if subject.hasPrefix("/\(String.hiddenNamePrefix)") || subject.hasPrefix(String.hiddenNamePrefix) {
            return String(self[end.upperBound...])
        }
        // Keys of a store are named with and without the slash in front. The store's root is never news.
        guard subject == "/" ? !context.isEmpty : [subject, "/\(subject)"].contains(where: context.names) else {
            return self
        }
        return String(self[end.upperBound...])
    }

    /// Whether `path` is in the text, and not as a part of another path.
    private func names(_ path: String) -> Bool {
        !path.isEmpty
            && ranges(of: path).contains { range in
                let before = self[..<range.lowerBound].last
                let after = self[range.upperBound...].first
                return (before.map { " :'".contains($0) } ?? true) && (after.map { " :,'".contains($0) } ?? true)
            }
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
