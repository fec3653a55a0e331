import Support

/// The number of a file or directory: the same whenever the same store is mounted.
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

/// Hands out inodes: a hash of what the node is in the store, so that they stay the same from mount to mount.
struct InodeTable {
    private var indices: [Inode: Int] = [:]

    /// The inode of the node at `index`, which `identity` names among all nodes. In the rare case that two identities hash
    /// alike, the later one gets the next free number: nodes are added in the same order in every mount.
    mutating func add(_ identity: NodeIdentity, index: Int) -> Inode {
        var inode = Self.hash(identity)
        while indices[inode] != nil || inode.rawValue <= Inode.root.rawValue {
            inode = Inode(rawValue: (inode.rawValue + 1) & Self.mask)
        }
        indices[inode] = index
        return inode
    }

    /// Makes the node at `index` the root.
    mutating func addRoot(index: Int) -> Inode {
        indices[.root] = index
        return .root
    }

    /// The index of the node with `inode`.
    func index(of inode: Inode) -> Int? {
        indices[inode]
    }

    /// 63 bits: programs that keep inodes in a signed integer see no negative number.
    private static let mask = UInt64(Int64.max)

    private static func hash(_ identity: NodeIdentity) -> Inode {
        var hash = FNV1a()
        let text =
            switch identity {
            case .group(let path): "group /\(path)"
            case .recording(let path): "recording /\(path)"
            case .builtIn(let name): "built in /\(name)"
            }
        for byte in text.utf8 { hash.add(byte) }
        return Inode(rawValue: hash.value & mask)
    }
}

/// What a node is, whatever its file name.
enum NodeIdentity {
    /// A group of the store, by its path.
    case group(path: String)
    /// A recording of the store, by its path.
    case recording(path: String)
    /// Something that the volume adds, by its name.
    case builtIn(name: String)
}
