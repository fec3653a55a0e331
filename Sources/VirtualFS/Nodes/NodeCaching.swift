/// What the kernel may keep of a node, and for how long: it does not ask again before that.
public struct NodeCaching: Sendable, Equatable {
    /// Seconds that it may keep that the node is there under its name.
    public let nameSeconds: Double
    /// Seconds that it may keep what stat(2) reports of it.
    public let attributeSeconds: Double
    /// Seconds that it may keep that a directory has no child of some name.
    public let absenceSeconds: Double
    /// Whether what was read (bytes of a file, names of a directory) may be kept until it is opened again.
    public let keepsContent: Bool
    /// Whether each read must reach the mount, since what was read through one handle is not what another one has.
    public let isDirect: Bool

    private static let day = 86_400.0

    /// For a node that does not change while the volume is mounted.
    static let lasting = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: day, keepsContent: true, isDirect: false)
    /// For a node that may be gone.
    static let passing = NodeCaching(
        nameSeconds: 0, attributeSeconds: 0, absenceSeconds: 0, keepsContent: false, isDirect: false)
    /// For a directory that may have more children when it is next looked into.
    static let unsettled = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: 0, keepsContent: false, isDirect: false)
    /// For a file that no directory lists, of which there are many.
    static let unlisted = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: day, keepsContent: false, isDirect: false)
    /// For a file that may have other contents when it is next opened.
    static let changing = NodeCaching(
        nameSeconds: day, attributeSeconds: 0, absenceSeconds: day, keepsContent: false, isDirect: true)
    /// For a file of fixed size that is made when it is opened, so that each reader has a text of its own.
    static let live = NodeCaching(
        nameSeconds: day, attributeSeconds: day, absenceSeconds: day, keepsContent: false, isDirect: true)
}
