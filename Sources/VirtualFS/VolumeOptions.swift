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
    /// What is shown beside the groups and recordings.
    public var views = ViewSelection.usual
    /// How many times slower the view of expanded recordings is, in `expansions`.
    public var expansion: UInt32 = 10
    /// The most bytes of a file in the view of parts, in `partByteCounts`.
    public var partByteCount: UInt64 = 1 << 31 - 1

    /// How much slower recordings can be shown.
    public static let expansions: ClosedRange<UInt32> = 2...1000
    /// Bytes of a part: at least as many as the longest header and one sample of all channels have, and at most so many that they need
    /// no RF64.
    public static let partByteCounts: ClosedRange<UInt64> = 1 << 17...1 << 32

    /// Files that belong to root and that all users can read, and reports.
    public init() {}
}
