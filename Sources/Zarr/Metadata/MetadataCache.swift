import FoundationEssentials
import Synchronization

/// The metadata of the documents that were read last, by the documents' bytes.
///
/// Thousands of nodes of a store have the same document, such as the headers of all WAV files in it, and decoding a document takes
/// longer than reading it.
final class MetadataCache: Sendable {
    /// The cache of all stores: what a document says does not depend on where it is.
    static let shared = MetadataCache()

    /// Bytes of the longest document that is kept: longer ones have attributes of their own, and would not be found again.
    private static let maximumByteCount = 4 << 10
    private static let capacity = 64

    private let known = Mutex<[Data: NodeMetadata]>([:])

    /// The metadata of the document `bytes`, made by `decode` if it is not in the cache.
    func metadata<E: Error>(of bytes: Data, decode: () throws(E) -> NodeMetadata) throws(E) -> NodeMetadata {
        guard bytes.count <= Self.maximumByteCount else { return try decode() }
        if let metadata = known.withLock({ $0[bytes] }) { return metadata }
        let metadata = try decode()
        known.withLock { known in
            if known.count == Self.capacity { known.removeAll() }
            known[bytes] = metadata
        }
        return metadata
    }
}
