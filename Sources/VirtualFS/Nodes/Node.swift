import Support

/// A file or directory of a volume. What it says never changes.
protocol Node: Sendable {
    /// What the kernel may keep of it, and how long.
    var caching: NodeCaching { get }
    /// Its extended attributes in their order, named without the prefix that all of them have.
    var extendedAttributes: [(name: String, value: String)] { get }
}

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

/// A file that can be read.
protocol File: Node {
    /// What stat(2) reports of it in `volume`; throws `notFound` if it cannot be served.
    func status(in volume: Volume) throws(VirtualFSError) -> FileStatus
    /// Opens it for somebody who reads it in `volume`, where its path below the mountpoint is `path`.
    func open(in volume: Volume, path: String) throws(VirtualFSError) -> any OpenFile
}

/// What a file says of itself to stat(2).
struct FileStatus {
    /// Bytes, exact, at most `Int64.max`.
    let size: UInt64
    let modified: Timestamp
}

/// What the kernel may keep of a node, and how long: it does not ask again before.
public struct NodeCaching: Sendable, Equatable {
    /// Seconds that it may keep that the node is there under its name.
    public var nameSeconds: Double
    /// Seconds that it may keep what stat(2) reports of it.
    public var attributeSeconds: Double
    /// Seconds that it may keep that a directory has no child of some name.
    public var absenceSeconds: Double
    /// Whether it may keep what was read of it from one opening to the next: bytes of a file, names of a directory.
    public var keepsContent: Bool
    /// Whether each read must reach the mount, and goes on until nothing comes, whatever the size of the file was said to be.
    public var isDirect: Bool

    private static let day = 86_400.0

    /// That of a node that stays as it is for as long as the volume is mounted.
    public static let lasting = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: day, keepsContent: true, isDirect: false)
    /// That of a file that may be another each time it is opened, with a size that shows only when its end is read.
    public static let live = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: day, keepsContent: false, isDirect: true)
}
