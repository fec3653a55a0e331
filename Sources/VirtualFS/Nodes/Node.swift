/// A file or directory of a volume. What it says never changes.
protocol Node: Sendable {
    /// What the kernel may keep of it, and how long.
    var caching: NodeCaching { get }
    /// Its extended attributes in their order, named without the prefix that all of them have.
    var extendedAttributes: [(name: String, value: String)] { get }
}
