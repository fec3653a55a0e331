import Glibc
import HTTP
public import Support

/// Why a service did not do what it was asked for.
public struct S3Error: DescribedError {
    /// What sort of failure it is, for callers that treat them differently.
    public enum Kind: Sendable, Equatable {
        /// The credentials do not permit it.
        case forbidden
        /// There is no such bucket.
        case noBucket
        /// There is no such upload, or no such object.
        case absent
        /// There is no room for it, or a quota is used up.
        case full
        /// The service cannot do this at all.
        case unsupported
        /// It did not work.
        case failed
    }

    /// What sort of failure it is.
    public let kind: Kind
    /// What happened, for people. Never has credentials.
    public let summary: String
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    init(_ kind: Kind, _ summary: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.summary = summary
        self.cause = cause
    }

    /// Nobody waits for what a request would have done.
    public init(cancelled: Cancelled) {
        self.init(.failed, "was given up", cause: cancelled)
    }

    /// No answer came because of `error`.
    init(_ error: HTTPError) {
        self.init(.failed, "the server does not answer", cause: error)
    }

    /// What `response`, which is no success, says. See "Error responses" in the Amazon S3 API Reference.
    init(_ response: HTTPResponse) {
        let document = S3ErrorDocument(response.body)
        let words = [document?.code, document?.message].compactMap(\.self).filter { !$0.isEmpty }
        let said = words.isEmpty ? "\(response.status)" : "\(response.status), \(words.joined(separator: ": "))"
        switch (response.status, document?.code) {
        case (_, "NoSuchBucket"): self.init(.noBucket, "there is no such bucket")
        case (_, "QuotaExceeded"), (507, _), (413, _):
            self.init(
                .full, "there is no room left, or a quota is used up (\(said))",
                cause: SystemError("request", "S3", code: ENOSPC))
        case (401, _), (403, _):
            self.init(
                .forbidden, "the server does not permit it (\(said))",
                cause: SystemError("request", "S3", code: EACCES))
        case (404, _): self.init(.absent, "there is no such object or bucket (\(said))")
        case (501, _), (405, _), (_, "NotImplemented"): self.init(.unsupported, "the server cannot do this (\(said))")
        default: self.init(.failed, "the server answers \(said)")
        }
    }
}

/// What a service says of an error.
struct S3ErrorDocument {
    /// A word for programs, such as `AccessDenied`.
    let code: String
    /// A sentence for people, on one line.
    let message: String

    /// The error in `document`; nil if it has none.
    init?(_ document: [UInt8]) {
        var (code, message): (String?, String) = (nil, "")
        let isWhole = XMLElements.forEach(in: document) { path, text in
            if path == ["Error", "Code"] { code = text }
            if path == ["Error", "Message"] { message = text }
        }
        guard isWhole, let code else { return nil }
        self.code = code
        self.message = String(
            message.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200))
    }
}
