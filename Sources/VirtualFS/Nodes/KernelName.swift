/// A name in a directory as the kernel knows it.
public struct KernelName: Sendable, Equatable {
    /// The inode of the directory.
    public let directory: Inode
    /// The bytes of the name, without a NUL.
    public let name: [UInt8]
}
