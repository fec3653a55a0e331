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
            output: { write($0, to: STDOUT_FILENO) },
            errors: { text in
                var text = text
                _ = text.withUTF8 { write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
            },
            showsProgress: isatty(STDERR_FILENO) == 1)
    }

    /// Writes `text` to `output`.
    public func print(_ text: String) {
        var text = text
        _ = text.withUTF8 { output(UnsafeRawBufferPointer($0)) }
    }

    /// Writes all of `bytes`, or as much as the reader at the other end wants; false where that is not all.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
