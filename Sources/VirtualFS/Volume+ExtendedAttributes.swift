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

    /// What a file cannot say of its recording otherwise: where it is in the store, and what the store knows of its source.
    private func extendedAttributes(of node: Node) -> [(name: String, value: String)] {
        guard let path = node.storePath else { return [] }
        var attributes = [("path", "/\(path)")]
        if case .recording(let entry) = node.content, let recording = try? entry.recording() {
            attributes.append(("codec", recording.codec.rawValue))
            attributes.append(("source", recording.sourceName))
            if let start = recording.start { attributes.append(("start", start.description)) }
            if let sum = recording.sourceSHA256 { attributes.append(("sha256", sum)) }
            if let reason = recording.rateReason { attributes.append(("rate_reason", reason)) }
        }
        return attributes.map { (name: Self.attributePrefix + $0, value: $1) }
    }
}
