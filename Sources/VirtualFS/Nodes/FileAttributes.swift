public import Support

/// What stat(2) reports of a file or directory, and for how long it holds.
public struct FileAttributes: Sendable, Equatable {
    /// Its number.
    public let inode: Inode
    /// Whether it is a directory; if not, it is a regular file.
    public let isDirectory: Bool
    /// The permission bits.
    public let permissions: UInt32
    /// How many names it has: one, which for a directory means that its directories are not counted.
    public var linkCount: Int { 1 }
    /// Its user and group.
    public let owner: UInt32, group: UInt32
    /// Bytes, exact, at most `Int64.max`.
    public let size: UInt64
    /// When it was last modified, changed and read.
    public let modified: Timestamp
    /// What the kernel may keep of it.
    public let caching: NodeCaching

    /// Blocks of 512 bytes that a disk would need.
    public var blockCount: UInt64 { size / 512 + (size % 512 == 0 ? 0 : 1) }
}
