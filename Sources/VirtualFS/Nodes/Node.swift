/// A file or directory of a volume. What it says never changes.
protocol Node: Sendable {
    /// What the kernel may keep of it, and for how long.
    var caching: NodeCaching { get }
    /// Its extended attributes in their order. The names are without the prefix that all of them have, `user.zarrwlr.`.
    var extendedAttributes: [(name: String, value: String)] { get }
}
