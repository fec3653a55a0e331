import Support

extension CodecChain {
    /// Makes codec chains from documents, and refuses those that cannot be decoded.
    struct Builder {
        /// The most levels of shards in shards: more than anyone writes.
        private static let maximumDepth = 8

        let path: String
        let dataType: DataType
        /// The value of elements in absent chunks; nil if such chunks are lost.
        let fillValue: FillValue?
        let store: any Store
        let cache: BlockCache
        /// The kind of block that the decoded chunks are cached as.
        let kind: BlockKind

        /// The chain of the codecs `documents` for chunks of `shape`, which lie within `depth` levels of shards.
        func chain(_ documents: [CodecDocument], shape: [Int], depth: Int = 0) throws(ZarrError) -> CodecChain {
            let parts = try CodecChainParts(documents, path: path)
            let (transposes, encodedShape) = try self.transposes(parts, of: shape)
            let serializer: Serializer =
                switch parts.serializer {
                case .bytes(let endian):
                    .bytes(try bytes(encodedShape, dataType, endian))
                case .sharding(let document):
                    .sharding(try sharding(document, shape: encodedShape, depth: depth))
                }
            guard parts.compressors.isEmpty || serializer.encodedSize.limit <= CodecChain.maximumDecodedSize else {
                throw ZarrError(
                    .unsupported,
                    "chunks of \(shape) are compressed as a whole: more than \(CodecChain.maximumDecodedSize) bytes",
                    path: path)
            }
            return CodecChain(
                shape: shape, transposes: transposes, serializer: serializer, compressors: parts.compressors,
                needsAllChunks: fillValue == nil, store: store, cache: cache, kind: kind)
        }

        private func sharding(
            _ document: ShardingDocument, shape: [Int], depth: Int
        ) throws(ZarrError) -> ShardingCodec {
            guard depth < Self.maximumDepth else {
                throw ZarrError(.unsupported, "more than \(Self.maximumDepth) levels of shards", path: path)
            }
            guard let grid = ChunkGrid(dividing: shape.map { UInt64(clamping: $0) }, into: document.chunkShape),
                zip(grid.shape, grid.chunkShape).allSatisfy({ $0.isMultiple(of: $1) })
            else {
                throw invalid("inner chunks of \(document.chunkShape) do not divide shards of \(shape)")
            }
            let inner = try chain(document.codecs, shape: grid.chunkShape, depth: depth + 1)
            let index = try indexChain(document.indexCodecs, shape: grid.counts + [2])
            guard
                let codec = ShardingCodec(
                    grid: grid, inner: inner, indexChain: index, indexLocation: document.indexLocation,
                    fillValue: fillValue, store: store, cache: cache)
            else { throw ZarrError(.unsupported, "too many chunks", path: path) }
            return codec
        }

        private func indexChain(_ documents: [CodecDocument], shape: [Int]) throws(ZarrError) -> IndexCodecChain {
            let parts = try CodecChainParts(documents, path: path)
            guard case .bytes(let endian) = parts.serializer else {
                throw invalid("index_codecs of a shard must not be shards")
            }
            var checksums: [Crc32cCodec] = []
            for compressor in parts.compressors {
                guard let checksum = compressor as? Crc32cCodec else {
                    throw invalid("codec \"\(type(of: compressor).name)\" makes the length of a shard's index unknown")
                }
                checksums.append(checksum)
            }
            let (transposes, encodedShape) = try self.transposes(parts, of: shape)
            let bytes = try bytes(encodedShape, .uint64, endian)
            guard
                let chain = IndexCodecChain(shape: shape, transposes: transposes, bytes: bytes, checksums: checksums)
            else { throw ZarrError(.unsupported, "a shard's index of \(shape) is too large", path: path) }
            return chain
        }

        private func transposes(
            _ parts: CodecChainParts, of shape: [Int]
        ) throws(ZarrError) -> ([TransposeCodec], encodedShape: [Int]) {
            var encodedShape = shape
            var transposes: [TransposeCodec] = []
            for order in parts.transposeOrders {
                guard let transpose = TransposeCodec(order: order, rank: shape.count) else {
                    throw invalid("codec \"transpose\": \(order) is no order of \(shape.count) dimensions")
                }
                encodedShape = transpose.encodedShape(of: encodedShape)
                transposes.append(transpose)
            }
            return (transposes, encodedShape)
        }

        private func bytes(
            _ shape: [Int], _ dataType: DataType, _ endian: CodecDocument.Endian?
        ) throws(ZarrError) -> BytesCodec {
            guard endian != nil || dataType.numberSize == 1 else {
                throw invalid("codec \"bytes\" has no endian, which elements of several bytes need")
            }
            guard let codec = BytesCodec(shape: shape, dataType: dataType, endian: endian ?? .little) else {
                throw ZarrError(.unsupported, "chunks of \(shape) are too large", path: path)
            }
            return codec
        }

        private func invalid(_ problem: String) -> ZarrError { ZarrError(.invalidDocument, problem, path: path) }
    }
}
