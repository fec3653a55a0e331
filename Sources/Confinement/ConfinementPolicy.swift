/// What a confined process may do, besides using what is open already.
public struct ConfinementPolicy: Sendable {
    /// What sort of process it is.
    public enum Role: Sendable {
        /// It serves files, and writes to nothing but files that exist or that it makes.
        case worker
        /// It does what a user has told it to, with the user's rights: its capabilities and its memory stay as they are, and it makes and
        /// moves folders.
        case command
    }

    let role: Role
    let readableFolders: [String]
    let changeableFolders: [String]
    let managedFolders: [String]
    let clearedFolders: [String]

    /// A worker: files below `readableFolders` may be read, and below `changeableFolders` also be made, written and removed. Paths that
    /// do not exist permit nothing.
    public init(readableFolders: [String], changeableFolders: [String]) {
        role = .worker
        self.readableFolders = readableFolders
        self.changeableFolders = changeableFolders
        managedFolders = []
        clearedFolders = []
    }

    /// A command: as above, and below `managedFolders` folders may be made, moved and removed as well. Below `clearedFolders`, empty folders
    /// may be removed.
    public init(
        readableFolders: [String], changeableFolders: [String], managedFolders: [String], clearedFolders: [String] = []
    ) {
        role = .command
        self.readableFolders = readableFolders
        self.changeableFolders = changeableFolders
        self.managedFolders = managedFolders
        self.clearedFolders = clearedFolders
    }
}
