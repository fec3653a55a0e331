import FoundationEssentials
import Support

/// Writes an array from its first row to its last, and then its zarr.json.
///
/// However long the array, it holds a chunk (or `ArrayPlan.singleChunkRows` rows, if that is more) and the index of a shard in
/// memory. To be used by one thread at a time. If it throws, the array is incomplete and its node must be discarded.
public final class ArrayWriter {
    /// Its name below the node; empty for the node itself.
    public let name: String
    private let node: any StagedNode
    private let plan: ArrayPlan
    private let digest: MessageDigest?

    /// The rows that are not written yet, the last of which may be incomplete.
    private var buffer: [UInt8] = []
    /// Chunks written so far.
    private var chunkCount = 0
    private var shard: ShardWriter?

    /// Begins the array `name` below `node`; without a name, `node` is the array. If `isHashed`, computes the SHA-256 of what is
    /// appended.
    public init(in node: any StagedNode, name: String = "", _ plan: ArrayPlan, isHashed: Bool = false) {
        self.node = node
        self.name = name
        self.plan = plan
        digest = isHashed ? MessageDigest(.sha256) : nil
    }

    /// Bytes that were appended.
    public private(set) var byteCount = 0
    /// Bytes of the chunks written so far, encoded.
    public private(set) var encodedByteCount = 0
    /// The SHA-256 of the bytes that were appended, once the array is finished; nil if it is not computed.
    public private(set) var sha256: [UInt8]?

    /// Appends the elements `bytes`, in C order, numbers little-endian. They may end within a row.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(ZarrError) {
        digest?.update(bytes)
        var rest = bytes
        while !rest.isEmpty {
            if buffer.count == limit { try writeWholeChunks() }
            let part = rest.prefix(limit - buffer.count)
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            byteCount += part.count
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        }
    }

    /// Appends the elements `bytes`, as above.
    public func append(_ bytes: [UInt8]) throws(ZarrError) {
        try bytes.withUnsafeBufferPointer { bytes throws(ZarrError) in try append(UnsafeRawBufferPointer(bytes)) }
    }

    /// Appends `numbers`, elements of an array of `uint64`.
    public func append(_ numbers: [UInt64]) throws(ZarrError) {
        try numbers.map(\.littleEndian).withUnsafeBufferPointer { numbers throws(ZarrError) in
            try append(UnsafeRawBufferPointer(numbers))
        }
    }

    /// Overwrites the first bytes that were appended with `bytes`: a header that is known only at the end.
    ///
    /// Throws `invalidRequest` if the array is compressed, or has fewer bytes than that in its first chunk. `sha256` is the hash of
    /// the bytes as they were appended.
    public func overwriteStart(with bytes: [UInt8]) throws(ZarrError) {
        guard plan.compression.isEmpty, bytes.count <= min(byteCount, chunkSize) else {
            throw ZarrError(
                .invalidRequest, "its first \(bytes.count) bytes cannot be written again", path: node.path(of: name))
        }
        guard chunkCount > 0 else {
            buffer.replaceSubrange(..<bytes.count, with: bytes)
            return
        }
        // A chunk and a shard both begin with their first element.
        try storing { () throws(StoreError) in try node.overwriteStart(of: chunkKey(0), with: bytes) }
    }

    /// Writes the rest and the zarr.json with `attributes`. Nothing may be appended after that.
    ///
    /// Throws `invalidRequest` if the last row is incomplete, or the attributes cannot be written as JSON.
    public func finish(attributes: some Encodable) throws(ZarrError) {
        guard byteCount.isMultiple(of: plan.rowSize) else {
            throw ZarrError(
                .invalidRequest, "\(byteCount) bytes are not whole rows of \(plan.rowSize)", path: node.path(of: name))
        }
        let grid = try chunkCount == 0 ? finishSingleChunk() : finishChunks()
        let document = NewArrayDocument(plan: plan, grid: grid, attributes: attributes)
        let bytes = try DocumentEncoder.encode(document, path: node.path(of: name))
        try storing { () throws(StoreError) in try node.write(bytes, to: key("zarr.json")) }
        sha256 = digest?.finish()
    }

    /// As above, without attributes.
    public func finish() throws(ZarrError) {
        try finish(attributes: [String: String]())
    }

    private var rowCount: Int { byteCount / plan.rowSize }
    private var chunkSize: Int { plan.chunkRows * plan.rowSize }
    /// Bytes that the buffer holds before they are written.
    private var limit: Int { chunkCount == 0 ? plan.singleChunkRows * plan.rowSize : chunkSize }

    /// Writes an array all of which is in the buffer: one chunk, exactly as long, or none if it is empty.
    private func finishSingleChunk() throws(ZarrError) -> WrittenGrid {
        if !buffer.isEmpty {
            try write(buffer)
            try finishShard(chunksPerShard: 1)
        }
        return WrittenGrid(
            rowCount: rowCount, chunkRows: max(rowCount, 1), chunksPerShard: plan.chunksPerShard == nil ? nil : 1)
    }

    /// Writes the end of an array of several chunks, which is in the buffer.
    private func finishChunks() throws(ZarrError) -> WrittenGrid {
        try writeWholeChunks()
        if !buffer.isEmpty {
            try write(buffer + [UInt8](repeating: 0, count: chunkSize - buffer.count))
        }
        // If the array ends in its first shard, the shard has no more chunks than the array.
        let chunksPerShard = plan.chunksPerShard.map { min($0, chunkCount) }
        try finishShard(chunksPerShard: chunksPerShard ?? 1)
        return WrittenGrid(rowCount: rowCount, chunkRows: plan.chunkRows, chunksPerShard: chunksPerShard)
    }

    /// Writes the whole chunks that the buffer holds and keeps the rest.
    private func writeWholeChunks() throws(ZarrError) {
        var start = 0
        while buffer.count - start >= chunkSize {
            try write(Array(buffer[start..<start + chunkSize]))
            start += chunkSize
        }
        buffer.removeFirst(start)
    }

    /// Writes the next chunk, whose elements are `bytes`.
    private func write(_ bytes: [UInt8]) throws(ZarrError) {
        var encoded = bytes
        for codec in plan.compression {
            do {
                encoded = try codec.encode(encoded)
            } catch {
                throw ZarrError(
                    .invalidRequest, "chunk \(chunkCount) cannot be encoded", path: node.path(of: name), cause: error)
            }
        }
        encodedByteCount += encoded.count
        guard let chunksPerShard = plan.chunksPerShard else {
            let key = chunkKey(chunkCount)
            try storing { () throws(StoreError) in try node.write(encoded, to: key) }
            chunkCount += 1
            return
        }
        if shard == nil {
            let key = chunkKey(chunkCount / chunksPerShard)
            try storing { () throws(StoreError) in shard = ShardWriter(try node.makeValue(key)) }
        }
        try storing { () throws(StoreError) in try shard?.append(encoded) }
        chunkCount += 1
        if chunkCount.isMultiple(of: chunksPerShard) { try finishShard(chunksPerShard: chunksPerShard) }
    }

    private func finishShard(chunksPerShard: Int) throws(ZarrError) {
        try storing { () throws(StoreError) in
            guard let finished = shard.take() else { return }
            try finished.finish(chunksPerShard: chunksPerShard)
        }
    }

    /// The key of the chunk or shard at `number` along the first dimension and at 0 along all others.
    private func chunkKey(_ number: Int) -> String {
        key((["c", String(number)] + plan.rowShape.map { _ in "0" }).joined(separator: "/"))
    }

    private func key(_ key: String) -> String {
        name.isEmpty ? key : "\(name)/\(key)"
    }

    private func storing(_ body: () throws(StoreError) -> Void) throws(ZarrError) {
        do {
            try body()
        } catch {
            throw ZarrError(.store, "cannot be written", path: node.path(of: name), cause: error)
        }
    }
}
