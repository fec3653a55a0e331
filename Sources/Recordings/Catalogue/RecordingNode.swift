import Support
import Zarr

/// A node of the store that is, or should be, a recording.
struct RecordingNode: Sendable {
    enum Content: Sendable {
        /// A recording's group, with its attributes.
        case group(GroupAttributes)
        /// An array of samples that stands by itself.
        case array
    }

    let path: String
    /// The path of the group it is in.
    let group: String
    let name: String
    let content: Content
    /// Its document.
    let document: NodeDocument

    /// The node that has `document`, nil if it neither is nor should be a recording.
    private init?(_ node: ZarrNode, _ attributes: NodeAttributes, _ document: NodeDocument) {
        let names = document.path.split(separator: "/")
        self.document = document
        path = document.path
        group = names.dropLast().joined(separator: "/")
        name = String(names.last ?? "")
        switch node {
        case .array where attributes.hasSampleRate: content = .array
        case .group where attributes.group.isRecording: content = .group(attributes.group)
        default: return nil
        }
    }

    /// Reads the document of the node at `path`. Throws if it is not a recording.
    init(store: any Store, path: String, cache: BlockCache) throws(RecordingError) {
        do throws(ZarrError) {
            guard let document = try NodeDocument(store, path: path) else {
                throw ZarrError(.notFound, "there is no Zarr node", path: path)
            }
            let (node, attributes) = try ZarrNode.open(
                document, in: store, cache: cache, attributes: NodeAttributes.self)
            guard let node = RecordingNode(node, attributes, document) else {
                throw ZarrError(.notFound, "is no recording", path: path)
            }
            self = node
        } catch {
            throw RecordingError("cannot be read", recording: path, cause: error)
        }
    }

    /// Its attributes, if it is a group.
    var attributes: GroupAttributes? {
        guard case .group(let attributes) = content else { return nil }
        return attributes
    }

    /// Whether it is an array of samples that stands by itself.
    var isArray: Bool { attributes == nil }

    /// Its number in the audio group; nil for an array that stands by itself.
    var number: UInt64? { isArray ? nil : UInt64(name) }

    /// The name of the source file if the store has it, else that of the node.
    var sourceName: String { attributes?.source.filename ?? name }
}
