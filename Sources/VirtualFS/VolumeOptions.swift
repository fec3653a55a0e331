public import Support

/// What whoever mounts a volume decides about it.
public struct VolumeOptions: Sendable {
    /// The user that every file belongs to.
    public var owner: UInt32 = 0
    /// The group that every file belongs to.
    public var ownerGroup: UInt32 = 0
    /// Permission bits that no file has.
    public var umask: UInt32 = 0
    /// The time of the root, and of what is no part of the store.
    public var modified = Timestamp(seconds: 0)

    /// All of the store, owned by root, readable by all.
    public init() {}
}
