import Glibc

/// Where a command writes: what was asked for, and what is to be known beside it.
public struct CommandStreams: Sendable {
    /// Takes bytes that were asked for; false where nobody takes them any more.
    public let output: @Sendable (UnsafeRawBufferPointer) -> Bool
    /// Takes text about what happens: reasons, progress.
    public let errors: @Sendable (String) -> Void
    /// Whether a person watches `errors` on a terminal, where a line can be written over.
    public let showsProgress: Bool

    /// Streams to `output` and `errors`.
    public init(
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
