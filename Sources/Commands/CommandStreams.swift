import Confinement
import Glibc

/// The streams that a command writes to, and the folder where it may keep what can be learned again.
public struct CommandStreams: Sendable {
    private let write: @Sendable (UnsafeRawBufferPointer) -> Bool
    private let outputFailure = OutputFailure()
    /// Writes messages: errors and progress.
    public let errors: @Sendable (String) -> Void
    /// Whether `errors` is a terminal, on which a progress line can be overwritten.
    let showsProgress: Bool
    /// The folder for `CatalogueLocation.standard`; nil if nothing is to be kept there.
    let cacheFolder: String?
    /// Confines the process; nil if it is not the command's alone.
    let confinement: (@Sendable (ConfinementPolicy) -> Void)?

    /// Streams that write by `output`, which returns false if that is not possible, and by `errors`.
    init(
        output: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool, errors: @escaping @Sendable (String) -> Void,
        showsProgress: Bool, cacheFolder: String? = nil,
        confinement: (@Sendable (ConfinementPolicy) -> Void)? = nil
    ) {
        write = output
        self.errors = errors
        self.showsProgress = showsProgress
        self.cacheFolder = cacheFolder
        self.confinement = confinement
    }

    /// The process's standard output and standard error, and the user's folder for caches.
    public static var standard: CommandStreams {
        CommandStreams(
            output: { STDOUT_FILENO.writeAll($0) },
            errors: { text in
                var text = text
                _ = text.withUTF8 { STDERR_FILENO.writeAll(UnsafeRawBufferPointer($0)) }
            },
            showsProgress: isatty(STDERR_FILENO) == 1, cacheFolder: CatalogueLocation.userFolder,
            confinement: { CommandConfinement.apply($0) })
    }

    /// Writes requested output. It shows at the end of the command, too, if that is not possible.
    func output(_ bytes: UnsafeRawBufferPointer) throws(CommandError) {
        errno = 0
        if !write(bytes) { outputFailure.note() }
        try checkOutput()
    }

    /// Writes `text` as requested output.
    public func print(_ text: String) {
        var text = text
        // Whether it could be written shows at the end of the command.
        text.withUTF8 { try? output(UnsafeRawBufferPointer($0)) }
    }

    /// Throws if some requested output could not be written.
    func checkOutput() throws(CommandError) {
        try outputFailure.check()
    }
}
