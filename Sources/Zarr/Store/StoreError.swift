public import Support

/// A key that could not be read from its store, or not written to it. That there is no value under a key is no error.
public struct StoreError: DescribedError {
    /// What sort of failure it is, for callers that treat them differently.
    public enum Kind: Sendable, Equatable {
        /// The store does not permit it, or cannot do it at all.
        case denied
        /// The server does not permit whoever asks to read it, or to write it.
        case forbidden
        /// It did not work, and may work another time.
        case failed
        /// The value ends before the range that was asked for does.
        case cutShort(size: UInt64)
        /// The value has more bytes than the caller allows.
        case tooLarge(size: UInt64)
        /// The value changed while it was read, or since it was first read.
        case changed
    }

    /// What sort of failure it is.
    public let kind: Kind
    /// What happened.
    let problem: String
    /// The key that it happened to, or the prefix that was listed.
    let key: String
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    /// An error about `key`.
    public init(_ kind: Kind, _ problem: String, key: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.problem = problem
        self.key = key
        self.cause = cause
    }

    /// The key and the problem.
    public var summary: String { "/\(key): \(problem)" }
}

extension StoreError {
    /// The value under `key` has `size` bytes, and `range` ends beyond them.
    static func cutShort(_ key: String, range: Range<UInt64>, size: UInt64) -> StoreError {
        StoreError(.cutShort(size: size), "ends at byte \(size), before byte \(range.upperBound)", key: key)
    }

    /// The value under `key` has `size` bytes, more than `limit`.
    static func tooLarge(_ key: String, limit: Int, size: UInt64) -> StoreError {
        StoreError(.tooLarge(size: size), "has \(size) bytes, more than \(limit)", key: key)
    }
}
