import Glibc

/// The streams that a command writes to.
public struct CommandStreams: Sendable {
    /// Writes requested output; returns false if it cannot be written any more.
    let output: @Sendable (UnsafeRawBufferPointer) -> Bool
    /// Writes messages: errors and progress.
    public let errors: @Sendable (String) -> Void
    /// Whether `errors` is a terminal, on which a progress line can be overwritten.
    let showsProgress: Bool

    /// Streams that write by `output` and `errors`.
    init(
        output: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool, errors: @escaping @Sendable (String) -> Void,
        showsProgress: Bool
    ) {
        self.output = output
        self.errors = errors
        self.showsProgress = showsProgress
    }

    /// The process's standard output and standard error.
    public static var standard: CommandStreams {
        CommandStreams(
            output: { STDOUT_FILENO.writeAll($0) },
            errors: { text in
                var text = text
                _ = text.withUTF8 { STDERR_FILENO.writeAll(UnsafeRawBufferPointer($0)) }
            },
            showsProgress: isatty(STDERR_FILENO) == 1)
    }

    /// Writes `text` to `output`.
    public func print(_ text: String) {
        var text = text
        _ = text.withUTF8 { output(UnsafeRawBufferPointer($0)) }
    }
}
