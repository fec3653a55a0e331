import Support

/// A directory: children in a fixed order, each with a name that no other child has. What is needed to tell them is found out when
/// it is first asked for, once for all who wait.
protocol Directory: AnyObject, Node {
    /// When it was last modified.
    var modified: Timestamp { get }
    /// How many children there are.
    var count: Int { get }
    /// The name of the child at `place`, one of `0..<count`. The names are in the order of their bytes.
    func name(at place: Int) -> [UInt8]
    /// The place of the child called `name`; nil if there is none.
    func place(of name: [UInt8]) -> Int?
    /// What the child at `place` is, among all nodes of all volumes of the store.
    func identity(at place: Int) -> NodeIdentity
    /// The child at `place`: of a directory, always the same object.
    func child(at place: Int) -> Child
}

/// What a directory has under a name.
enum Child: Sendable {
    case directory(any Directory)
    case file(any File)

    var node: any Node {
        switch self {
        case .directory(let directory): directory
        case .file(let file): file
        }
    }
}
