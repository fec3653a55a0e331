import Recordings
import Support

extension Volume {
    /// The only namespace whose attributes files here have. See xattr(7).
    private static let attributeNamespace = "user."
    private static let attributePrefix = attributeNamespace + "zarrwlr."

    /// The names of the extended attributes of `inode`, in order.
    public func extendedAttributeNames(of inode: Inode) throws(VirtualFSError) -> [String] {
        extendedAttributes(of: tree.nodes[try tree.index(of: inode)]).map(\.name)
    }

    /// The value of the extended attribute `name` of `inode`.
    public func extendedAttribute(_ name: String, of inode: Inode) throws(VirtualFSError) -> [UInt8] {
        // Programs that list directories ask for access lists and security labels: told that there is no such thing here, rather
        // than that this file has none, they do not ask the next file.
        guard name.utf8.starts(with: Self.attributeNamespace.utf8) else { throw .unsupportedNamespace }
        guard name.utf8.starts(with: Self.attributePrefix.utf8) else { throw .noAttribute }
        let attributes = extendedAttributes(of: tree.nodes[try tree.index(of: inode)])
        guard let attribute = attributes.first(where: { $0.name == name }) else { throw .noAttribute }
        return Array(attribute.value.utf8)
    }

    /// What a file cannot say of its recording otherwise: where it is in the store, and what the store knows of its source. Of a
    /// directory, and of a recording that cannot be served, only the former.
    private func extendedAttributes(of node: Node) -> [(name: String, value: String)] {
        guard let path = node.storePath else { return [] }
        var values: [(name: String, value: RecordingValue)] = [("path", .path(path))]
        if case .recording(let entry) = node.content, let recording = try? entry.recording() {
            values = RecordingOutput.extendedAttributes.values(of: RecordingRow(recording.facts))
        }
        return values.map { name, value in
            // As a path in a mount of its own, it begins at the root.
            let slash = if case .path = value { "/" } else { "" }
            return (name: Self.attributePrefix + name, value: slash + value.text)
        }
    }
}
