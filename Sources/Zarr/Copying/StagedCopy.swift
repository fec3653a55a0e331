import Support

/// A node of a source, written to a destination, where nobody sees it yet.
struct StagedCopy: Sendable {
    /// A value of it, and the checksums of its pieces as they were read from the source.
    private struct Value: Sendable {
        /// Its key below the node.
        let name: String
        let byteCount: UInt64
        let checksums: [UInt32]
    }

    /// Bytes that are copied at once.
    private static let pieceByteCount = 4 << 20

    let place: String
    let node: any StagedNode
    private let values: [Value]

    var valueCount: Int { values.count }
    var byteCount: UInt64 { values.reduce(0) { $0.adding($1.byteCount) ?? .max } }

    /// Writes what `source` has at `place` and below, `threads` values at a time, to `destination`. `progress` is called with numbers of bytes,
    /// from any thread. Nil if something is there already, or is being written there.
    init?(
        of place: String, from source: any Store, to destination: any WritableStore, threads: Int,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(StoreError) {
        let listed = try source.values(below: place)
        guard listed.contains(where: { $0.key == "\(place)/zarr.json" }) else {
            throw StoreError(.changed, "is not there any more", key: place)
        }
        guard let node = try destination.stageNode(at: place) else { return nil }
        let copied = Parallel.map(listed, threads: threads) { value in
            Result { () throws(StoreError) in
                try Self.copy(value, below: place, from: source, to: node, progress: progress)
            }
        }
        var values: [Value] = []
        for result in copied { if let value = try result.get() { values.append(value) } }
        guard try source.values(below: place) == listed else {
            throw StoreError(.changed, "changed while it was copied", key: place)
        }
        self.place = place
        self.node = node
        self.values = values
    }

    /// Nil if there is no such value after all.
    private static func copy(
        _ value: ListedValue, below place: String, from source: any Store, to node: any StagedNode,
        progress: @Sendable (Int) -> Void
    ) throws(StoreError) -> Value? {
        let name = String(decoding: value.key.utf8.dropFirst(place.utf8.count + 1), as: UTF8.self)
        var new: (any NewValue)?
        var checksums: [UInt32] = []
        let info = try source.read(value, inPiecesOf: pieceByteCount) { piece throws(StoreError) in
            try Cancellation.checkCopy(value.key)
            if new == nil { new = try node.makeValue(name) }
            try new?.append(piece)
            checksums.append(CRC32C.checksum(of: piece))
            progress(piece.count)
        }
        guard let info else { return nil }
        // An empty one has no piece.
        if new == nil { new = try node.makeValue(name) }
        try new?.finish()
        return Value(name: name, byteCount: info.size, checksums: checksums)
    }

    /// Throws unless the destination has the bytes that were read from the source.
    func verify() throws(StoreError) {
        guard !node.store.comparesWhatItKeeps else { return }
        for value in values {
            let key = node.path(of: value.name)
            var checksums: [UInt32] = []
            let written = ListedValue(key, byteCount: value.byteCount)
            let info = try node.store.read(written, inPiecesOf: Self.pieceByteCount) { piece throws(StoreError) in
                checksums.append(CRC32C.checksum(of: piece))
            }
            guard info != nil, checksums == value.checksums else {
                throw StoreError(
                    .failed, "the destination does not have the bytes of \(value.name) that were written", key: place)
            }
        }
    }
}
