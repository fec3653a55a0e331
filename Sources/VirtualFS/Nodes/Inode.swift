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
    /// A group of the store, by its path, and by what distinguishes it from others that were there earlier in this mount.
    case group(path: String, revision: UInt32 = 0)
    /// A recording of the store, likewise.
    case recording(path: String, revision: UInt32 = 0)
    /// Something that the volume adds, by its path below the mountpoint.
    case builtIn(path: String)

    /// Its hash, the same in every mount, unless something else was there earlier in this one.
    var hash: UInt64 {
        let (kind, path, revision): (String, String, UInt32) =
            switch self {
            case .group(let path, let revision): ("group /", path, revision)
            case .recording(let path, let revision): ("recording /", path, revision)
            case .builtIn(let path): ("built in /", path, 0)
            }
        var hash = FNV1a()
        for byte in kind.utf8 { hash.add(byte) }
        for byte in path.utf8 { hash.add(byte) }
        if revision > 0 { for byte in "\0\(revision)".utf8 { hash.add(byte) } }
        return hash.value
    }
}
