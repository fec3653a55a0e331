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
    /// The files and folders that may be read.
    public let readableFolders: [String]
    /// The folders whose files may be changed.
    public let changeableFolders: [String]
    let managedFolders: [String]
    let clearedFolders: [String]
    /// Whether it may connect to other machines.
    public let hasNetwork: Bool

    /// A worker: files below `readableFolders` may be read, and below `changeableFolders` also be made, written and removed. Paths that
    /// do not exist permit nothing. It may connect to other machines if it `hasNetwork`, but nothing may connect to it.
    public init(readableFolders: [String], changeableFolders: [String], hasNetwork: Bool = false) {
        role = .worker
        self.hasNetwork = hasNetwork
        self.readableFolders = readableFolders
        self.changeableFolders = changeableFolders
        managedFolders = []
        clearedFolders = []
    }

    /// A command: as above, and below `managedFolders` folders may be made, moved and removed as well. Below `clearedFolders`, empty folders
    /// may be removed.
    public init(
        readableFolders: [String], changeableFolders: [String], managedFolders: [String], clearedFolders: [String] = [],
        hasNetwork: Bool = false
    ) {
        role = .command
        self.hasNetwork = hasNetwork
        self.readableFolders = readableFolders
        self.changeableFolders = changeableFolders
        self.managedFolders = managedFolders
        self.clearedFolders = clearedFolders
    }
}
