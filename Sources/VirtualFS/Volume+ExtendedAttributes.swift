extension Volume {
    /// The only namespace in which files have attributes here. See xattr(7).
    private static let attributeNamespace = "user."
    private static let attributePrefix = attributeNamespace + "zarrwlr."

    /// The names of the extended attributes of `inode`, in order.
    public func extendedAttributeNames(of inode: Inode) throws(VirtualFSError) -> [String] {
        try attributes(inode).map { Self.attributePrefix + $0.name }
    }

    /// The value of the extended attribute `name` of `inode`.
    public func extendedAttribute(_ name: String, of inode: Inode) throws(VirtualFSError) -> [UInt8] {
        // Programs that list directories ask for access lists and security labels. If the answer is that there are none here at all,
        // rather than that this file has none, they do not ask about the next file.
        guard name.utf8.starts(with: Self.attributeNamespace.utf8) else { throw .unsupportedNamespace }
        guard name.utf8.starts(with: Self.attributePrefix.utf8) else { throw .noAttribute }
        guard let attribute = try attributes(inode).first(where: { Self.attributePrefix + $0.name == name }) else {
            throw .noAttribute
        }
        return Array(attribute.value.utf8)
    }

    /// The attributes of `inode`, without the prefix. What the store has also says which store that is.
    private func attributes(_ inode: Inode) throws(VirtualFSError) -> [(name: String, value: String)] {
        let own = try snapshot.tree.entry(of: inode).child.node.extendedAttributes
        return own.isEmpty || sources.store.isEmpty ? own : own + [("store", sources.store)]
    }
}
