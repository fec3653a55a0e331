public import Support

/// An array: a grid of chunks, read by region.
///
/// A read costs what it reads: chunks that are only serialised, by the codec `bytes`, are read in part; others are decoded once
/// and kept in the cache. Bytes that follow one another under one key are read at once. Safe to call from any thread.
public final class ZarrArray: Sendable {
    /// Its path in the store, empty for the root.
    public let path: String
    /// Elements in every dimension.
    public let shape: [UInt64]
    /// What its elements are.
    public let dataType: DataType
    /// The names of its dimensions, if it has any.
    public let dimensionNames: [String?]?

    let store: any Store
    let layout: ArrayLayout

    init(
        _ store: any Store, path: String, _ document: ArrayDocument, cache: BlockCache, kind: BlockKind = .chunks,
        absent: AbsentChunks
    ) throws(ZarrError) {
        self.path = path
        self.store = store
        shape = document.shape
        dataType = document.dataType
        dimensionNames = document.dimensionNames
        layout = try ArrayLayout(document, path: path, store: store, cache: cache, kind: kind, absent: absent)
    }

    /// Opens the array at `path`; `cache` keeps its decoded chunks, as blocks of `kind`, and `absent` says what chunks are that the store
    /// does not have. Throws `notFound` if there is no node, and
    /// `unsupported` if reading the array would need something that is not supported.
    public static func open(
        _ store: any Store, path: String, cache: BlockCache, kind: BlockKind = .chunks,
        absent: AbsentChunks = .fillValue
    ) throws(ZarrError) -> ZarrArray {
        guard let document = try NodeDocument(store, path: path) else {
            throw ZarrError(.notFound, "there is no Zarr node", path: path)
        }
        guard case .array(let array) = try document.metadata() else {
            throw ZarrError(.invalidDocument, "is a group, not an array", path: path)
        }
        return try ZarrArray(store, path: path, array, cache: cache, kind: kind, absent: absent)
    }

    /// Its attributes, read as a `type`. The document is read again: an open array does not keep it.
    public func attributes<T: Decodable>(as type: T.Type) throws(ZarrError) -> T {
        guard let document = try NodeDocument(store, path: path) else {
            throw ZarrError(.notFound, "there is no Zarr node", path: path)
        }
        return try document.attributes(as: type)
    }

    /// A number that changes whenever a chunk is written, added or removed; nil if the store does not know that without reading.
    public var chunkVersion: UInt64? { layout.version }

    /// How many chunks it is divided into, whether the store has them or not.
    public var chunkCount: UInt64 { UInt64(layout.chunkCount) }

    /// Whether every chunk has a checksum, so that what can be read of it is what was written.
    public var hasChecksums: Bool { layout.chunks.hasChecksum }

    /// Of a one-dimensional array of one-byte elements, the bytes that cannot be read if the one at `position`, which is one of it, cannot
    /// since its chunk is lost or damaged: those of that chunk.
    public func bytes(lostWith position: UInt64) -> Range<UInt64> {
        guard shape.count == 1, position < shape[0], let element = Int(exactly: position) else {
            return position..<(position.adding(1) ?? .max)
        }
        let lost = layout.elements(lostWith: element)
        return UInt64(lost.lowerBound)..<UInt64(lost.upperBound)
    }

    /// Bytes of all its elements.
    public var byteCount: UInt64 { UInt64(layout.byteCount) }
}
