public import Support

/// The choices of the user who mounts a volume.
public struct VolumeOptions: Sendable {
    /// The user that every file belongs to.
    public var owner: UInt32 = 0
    /// The group that every file belongs to.
    public var ownerGroup: UInt32 = 0
    /// Permission bits that no file has.
    public var umask: UInt32 = 0
    /// Whether there is a directory with reports of the volume about itself.
    public var hasReports = true
    /// Whether what is shown changes by `Volume.reload`, and with it the reports about it.
    public var isLiving = false
    /// The time of the root, and of what the store does not have.
    public var modified = Timestamp(seconds: 0)

    /// Files that belong to root and that all users can read, and reports.
    public init() {}
}
