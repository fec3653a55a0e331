/// The files that a confined process may use, besides those that are open already.
public struct ConfinementPolicy: Sendable {
    let readableFolders: [String]
    let changeableFolders: [String]

    /// Files below `readableFolders` may be read, and below `changeableFolders` also be made, written and removed. Paths that do not
    /// exist permit nothing.
    public init(readableFolders: [String], changeableFolders: [String]) {
        self.readableFolders = readableFolders
        self.changeableFolders = changeableFolders
    }
}
