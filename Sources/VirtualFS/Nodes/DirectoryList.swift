import Support

/// A directory of directories that are there from the start.
final class DirectoryList: Directory {
    /// A directory with its name, which is UTF-8.
    typealias Named = (name: String, directory: any Directory)

    let modified: Timestamp
    let caching: NodeCaching
    let extendedAttributes: [(name: String, value: String)] = []
    /// Its path below the mountpoint.
    private let path: String
    /// In the order of their names.
    private let directories: [Named]

    /// The directory at `path` below the mountpoint with `directories`, each of which has a name of its own.
    init(path: String, _ directories: [Named], modified: Timestamp, caching: NodeCaching = .lasting) {
        self.path = path
        self.directories = directories.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        self.modified = modified
        self.caching = caching
    }

    var count: Int { directories.count }

    func name(at place: Int) -> [UInt8] { Array(directories[place].name.utf8) }
    func identity(at place: Int) -> NodeIdentity { .builtIn(path: "\(path)/\(directories[place].name)") }
    func child(at place: Int) -> Child { .directory(directories[place].directory) }
}
