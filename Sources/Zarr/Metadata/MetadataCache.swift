import FoundationEssentials
import Synchronization

/// What the documents that were read last say, by their bytes.
///
/// A store says the same of thousands of nodes, of the header of every WAV file in it for one, and to decode a document takes longer
/// than to read it.
final class MetadataCache: Sendable {
    /// One for all stores: what a document says does not depend on where it is.
    static let shared = MetadataCache()

    /// Longer documents have attributes of their own, and are not found again.
    private static let maximumByteCount = 4 << 10
    private static let capacity = 64

    private let known = Mutex<[Data: NodeMetadata]>([:])

    /// What the document `bytes` says, by `decode` if it is not known.
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
