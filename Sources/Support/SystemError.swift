public import Glibc

/// A system call that failed: which, on what, and its errno. See errno(3).
public struct SystemError: DescribedError, Equatable {
    /// The call's name, as in its manual page.
    public let call: String
    /// What it was asked to work on, a path as a rule.
    public let subject: String
    /// The errno it left behind.
    public let code: Int32

    /// Describes a failed `call` on `subject`; `code` is read from errno when not given.
    public init(_ call: String, _ subject: String, code: Int32 = errno) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The subject, what the system says of the errno, and the call.
    public var summary: String { "\(subject): \(String(cString: strerror(code))) (\(call))" }
}
