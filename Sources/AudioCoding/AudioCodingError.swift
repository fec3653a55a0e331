public import Support

/// An error in a coded stream or in one of its frames.
public struct AudioCodingError: DescribedError {
    /// The codec whose rules the stream breaks. Each is declared in its folder.
    public struct Codec: Hashable, Sendable {
        /// What people call it.
        let name: String
    }

    /// The codec.
    public let codec: Codec
    /// What is wrong, for the user.
    public let problem: String
    /// The place in the stream, in bytes from its start, if known.
    public let offset: UInt64?
    /// The error of the C library, or of the source that the stream is read from.
    public let cause: (any Error)?
    /// Whether the stream changes to another form, so that it is no single recording.
    public private(set) var isFormChange = false

    /// An error about a stream of `codec`.
    public init(_ codec: Codec, _ problem: String, at offset: UInt64? = nil, cause: (any Error)? = nil) {
        self.codec = codec
        self.problem = problem
        self.offset = offset
        self.cause = cause
    }

    /// The error of a stream of `codec` that changes from one form to another at byte `offset`.
    static func formChange(_ codec: Codec, from old: String, to new: String, at offset: UInt64) -> AudioCodingError {
        var error = AudioCodingError(codec, "the stream changes from \(old) to \(new): split it there", at: offset)
        error.isFormChange = true
        return error
    }

    /// The codec, the byte, and the problem.
    public var summary: String {
        guard let offset else { return "\(codec.name): \(problem)" }
        return "\(codec.name) at byte \(offset): \(problem)"
    }
}
