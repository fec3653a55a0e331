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
