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
indirect enum NodeIdentity: Equatable, Sendable {
    /// A group of the store, by its path, and by what distinguishes it from others that were there earlier in this mount.
    case group(path: String, revision: UInt32 = 0)
    /// A recording of the store, likewise.
    case recording(path: String, revision: UInt32 = 0)
    /// Something that the volume adds, by its path below the mountpoint.
    case builtIn(path: String)
    /// A range of the samples that another file shows, as a file of its own.
    case clip(of: NodeIdentity, samples: Range<UInt64>)

    /// Its hash, the same in every mount, unless something else was there earlier in this one.
    var hash: UInt64 {
        var hash = FNV1a()
        for byte in text.utf8 { hash.add(byte) }
        return hash.value
    }

    /// The identity of what the view called `view` shows of this node.
    func inView(_ view: String) -> NodeIdentity { .builtIn(path: "\(view)/\(text)") }

    private var text: String {
        switch self {
        case .group(let path, let revision): "group /\(path)\(Self.ending(revision))"
        case .recording(let path, let revision): "recording /\(path)\(Self.ending(revision))"
        case .builtIn(let path): "built in /\(path)"
        case .clip(let file, let samples): "clip \(samples.lowerBound)-\(samples.upperBound) of \(file.text)"
        }
    }

    /// Distinguishes what was found at a path again; no path has it.
    private static func ending(_ revision: UInt32) -> String { revision == 0 ? "" : "\0\(revision)" }
}
