/// How a `zarrwlr` command ends, as its exit status.
enum CommandStatus: Int32, Sendable {
    /// All was done, and all was well.
    case done = 0
    /// It was done, and something in the store, or one of several things asked for, was not well.
    case faults = 1
    /// It could not be done.
    case failed = 2
}
