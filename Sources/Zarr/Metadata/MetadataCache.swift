import FoundationEssentials
import Synchronization

/// The metadata of the documents that were read last, by the documents' bytes without attributes and shape.
///
/// Thousands of nodes of a store have the same document but for these, and decoding a document takes longer than reading it.
final class MetadataCache: Sendable {
    /// The cache of all stores: what a document says does not depend on where it is.
    static let shared = MetadataCache()

    private static let capacity = 64

    private let known = Mutex<[Data: NodeMetadata]>([:])

    /// The metadata of the document with these `parts`, whatever its attributes are; nil if none with the same rest is known.
    func metadata(of parts: DocumentParts) -> NodeMetadata? {
        guard let known = known.withLock({ $0[parts.rest] }) else { return nil }
        switch known {
        case .group: return parts.hasShape ? nil : known
        case .array(let document): return parts.shape.map { .array(document.replacing(shape: $0)) }
        }
    }

    /// Keeps the `metadata` of the document with these `parts`.
    func keep(_ metadata: NodeMetadata, of parts: DocumentParts) {
        known.withLock { known in
            if known.count == Self.capacity { known.removeAll() }
            known[parts.rest] = metadata
        }
    }
}
