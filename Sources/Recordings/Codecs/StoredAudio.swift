import Support
import Zarr

/// The audio of a recording as its store has it, not looked into yet.
struct StoredAudio: Sendable {
    let store: any Store
    let cache: BlockCache
    /// The recording's path.
    let path: String
    /// The coded bytes, or the samples.
    let array: ZarrArray
    let attributes: AudioAttributes
    /// What the store calls the codec, if it says so.
    let codecName: String?
    /// Whether the array may hold coded bytes; if not, it holds samples.
    let isCoded: Bool
    /// Whether coded bytes are compared with their checksums.
    let verifiesChecksums: Bool

    /// The audio of the recording at `node` of `store`. `willDecode` is called with a document of the audio's own before that is decoded.
    init(
        of node: RecordingNode, in store: any Store, cache: BlockCache, verifiesChecksums: Bool = true,
        willDecode: (NodeDocument) -> Void = { _ in }
    ) throws(RecordingError) {
        self.verifiesChecksums = verifiesChecksums
        self.store = store
        self.cache = cache
        path = node.path
        switch node.content {
        case .array:
            (array, attributes) = try Self.open(store, path: path, cache: cache, absent: .fillValue) { node.document }
            codecName = nil
            isCoded = false
        case .group(let group):
            let blob = "\(path)/\(HierarchyNames.blob)"
            (array, attributes) = try Self.open(store, path: path, cache: cache, absent: .damage) {
                () throws(ZarrError) in
                guard let document = try NodeDocument(store, path: blob) else {
                    throw ZarrError(.notFound, "there is no Zarr node", path: blob)
                }
                willDecode(document)
                return document
            }
            codecName = attributes.codec ?? group.encoding
            isCoded = array.dataType == .uint8
        }
    }

    /// The array that has the `document`, of the recording at `path`.
    private static func open(
        _ store: any Store, path: String, cache: BlockCache, absent: AbsentChunks,
        document: () throws(ZarrError) -> NodeDocument
    ) throws(RecordingError) -> (array: ZarrArray, attributes: AudioAttributes) {
        do throws(ZarrError) {
            let document = try document()
            switch try ZarrNode.open(
                document, in: store, cache: cache, absent: absent, attributes: AudioAttributes.self)
            {
            case (.array(let array), let attributes): return (array, attributes)
            case (.group, _): throw ZarrError(.invalidDocument, "is a group, not an array", path: document.path)
            }
        } catch {
            throw RecordingError("its audio cannot be opened", recording: path, cause: error)
        }
    }

    /// The coded bytes. What is read of them is compared with their checksums, if the store has any. Throws if those are of no use.
    func blob() throws(RecordingError) -> CodedBlob {
        let count = SingleFlight<UInt64?>()
        return try CodedBlob(array, checksums: usableChecksums()) { [store, array] in
            count.get { try? store.byteCount(below: array.path) }
        }
    }

    private func usableChecksums() throws(RecordingError) -> BlobChecksums? {
        guard verifiesChecksums else { return nil }
        do throws(ZarrError) {
            return try checksums()
        } catch {
            throw RecordingError("the checksums of its audio cannot be read", recording: path, cause: error)
        }
    }

    /// The checksums of the coded bytes; nil if there are none.
    func checksums() throws(ZarrError) -> BlobChecksums? {
        try BlobChecksums(of: array, at: "\(path)/\(HierarchyNames.blobChecksums)", in: store, cache: cache)
    }

    /// The index of `Row` called `name`; nil if there is none, or none that can be read.
    func index<Row: IndexRow>(_ name: String, of type: Row.Type) -> StoredIndex<Row>? {
        (try? onlyIndex(name, of: type)).flatMap { $0 }
    }

    /// The index of `Row` called `name`, without which the audio cannot be served; nil if there is none, or none of this form. Throws if it
    /// may be there and could not be read.
    func onlyIndex<Row: IndexRow>(_ name: String, of type: Row.Type) throws(RecordingError) -> StoredIndex<Row>? {
        do throws(ZarrError) {
            return StoredIndex(
                try ZarrArray.open(store, path: "\(path)/\(name)", cache: cache, kind: .indexes, absent: .damage))
        } catch {
            guard error.isOfReading else { return nil }
            throw RecordingError("\(name) cannot be read", recording: path, cause: error)
        }
    }
}
