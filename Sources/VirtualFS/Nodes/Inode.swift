import Support

/// The number of a file or directory, which is the same whenever the same store is mounted.
public struct Inode: RawRepresentable, Hashable, Sendable {
    /// The number, never zero in a volume.
    public let rawValue: UInt64

    /// The inode `rawValue`, of a volume or not.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The root directory of every volume.
    public static let root = Inode(rawValue: 1)
}

/// What a node is, whatever its name.
enum NodeIdentity {
    /// A group of the store, by its path.
    case group(path: String)
    /// A recording of the store, by its path.
    case recording(path: String)
    /// Something that the volume adds, by its path below the mountpoint.
    case builtIn(path: String)

    /// Its hash, the same in every mount.
    var hash: UInt64 {
        let (kind, path) =
            switch self {
            case .group(let path): ("group /", path)
            case .recording(let path): ("recording /", path)
            case .builtIn(let path): ("built in /", path)
            }
        var hash = FNV1a()
        for byte in kind.utf8 { hash.add(byte) }
        for byte in path.utf8 { hash.add(byte) }
        return hash.value
    }
}
