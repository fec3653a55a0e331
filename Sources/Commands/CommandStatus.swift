/// The exit status of a `zarrwlr` command.
enum CommandStatus: Int32, Sendable {
    /// Everything was done, and no fault was found.
    case done = 0
    /// It was done, but the store has a fault, or one of several requested things failed.
    case faults = 1
    /// It could not be done, or not all of it.
    case failed = 2
    /// It was interrupted by a signal; the status of a shell's command that SIGINT has ended.
    case interrupted = 130
}
