import Support

/// A directory: children in a fixed order, each with a name that no other child has. What the children are is found out
/// when it is first asked for, once for all who wait, and never changes.
protocol Directory: AnyObject, Node {
    /// When it was last modified; throws `notFound` if it cannot be shown.
    var modified: Timestamp { get throws(VirtualFSError) }
    /// Whether it would have other children if it were made anew.
    var isOutdated: Bool { get }
    /// Finds out what the children are. It is called before anything else is asked about them; throws if they cannot be shown, or if
    /// nobody waits for them any more.
    func prepare() throws(VirtualFSError)
    /// How many children there are.
    var count: Int { get }
    /// The name of the child at `place`, one of `0..<count`. The names are in the order of their bytes.
    func name(at place: Int) -> [UInt8]
    /// The place of the child called `name`; nil if there is none.
    func place(of name: [UInt8]) -> Int?
    /// What identifies the child at `place` among all nodes of all volumes of the store; its inode is made of that.
    func identity(at place: Int) -> NodeIdentity
    /// The child at `place`. A directory that keeps what it has found out is the same object each time.
    func child(at place: Int) -> Child
}

extension Directory {
    /// It stays the same.
    var isOutdated: Bool { false }

    /// Nothing that takes long, or that can fail.
    func prepare() throws(VirtualFSError) {}

    /// The place of the child called `name`, found by its order among the others.
    func place(of name: [UInt8]) -> Int? {
        let place = lowerBound(of: name)
        return place < count && self.name(at: place) == name ? place : nil
    }

    /// How many children have names that come before `name`.
    func lowerBound(of name: [UInt8]) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if self.name(at: middle).lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A child of a directory.
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
