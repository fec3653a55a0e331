public import Glibc

/// A failed system call: its name, its subject, and its errno. See errno(3).
public struct SystemError: DescribedError, Equatable, CustomDebugStringConvertible {
    /// The name of the call, as in its manual page, which says nothing to users.
    private let call: String
    /// What the call was about: usually a path.
    private let subject: String
    /// The errno that it set.
    public let code: Int32

    /// A failed `call` on `subject`; `code` defaults to the current errno.
    public init(_ call: String, _ subject: String, code: Int32 = errno) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The subject, and the system's text for the errno.
    public var summary: String { "\(subject): \(String(cString: strerror(code)))" }

    /// The summary, and the call.
    public var debugDescription: String { "\(summary) (\(call))" }
}
