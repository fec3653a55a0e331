import Support
import Zarr

/// A part of a catalogue that is kept in a store: a group with the columns of some rows, which is never changed.
enum StoredPart {
    /// The most rows of a part that is written. All of a part is in memory while it is read: about 40 megabytes.
    static let rowLimit = 65_536
    /// The most bytes of texts of a part that is written.
    static let textByteLimit = 64 << 20

    /// The most bytes of an array that is read, and of a chunk before it is decompressed.
    private static let readableByteLimit = 256 << 20

    private static let integersName = "integers", realsName = "reals", textsName = "texts"
    private static let type = "zarrwlr_catalogue_part"
    private static let version = [1, 0]

    private struct PartAttributes: Codable {
        let type: String?
        let version: [Int]?
    }

    private struct ArrayAttributes: Codable {
        let columns: [String]
    }

    // MARK: - Reading

    /// The columns of the part at `path` of `store`; nil if there is none. Throws if it cannot be read, or not by this version.
    static func read(_ path: String, in store: any Store) throws(ZarrError) -> ReadColumns? {
        let store = FetchingStore(store)
        let paths = [path] + [integersName, realsName, textsName].map { "\(path)/\($0)" }
        // In one round trip. Chunks are found under other keys if another program has written them.
        let chunks = ["\(integersName)/c/0/0", "\(realsName)/c/0/0", "\(textsName)/c/0"].map { key in
            ValueRequest("\(path)/\(key)", .whole(atMost: readableByteLimit))
        }
        let fetched = store.fetch(paths.map { ZarrNode.documentRequest(of: $0) } + chunks)
        defer { withExtendedLifetime(fetched) {} }
        let cache = BlockCache(budget: 0)
        guard let part = try ZarrNode.open(store, path: path, cache: cache, attributes: PartAttributes.self) else {
            return nil
        }
        guard case .group = part.node, part.attributes.type == type, part.attributes.version?.first == version[0] else {
            throw ZarrError(.unsupported, "is no part of a catalogue that this version reads", path: path)
        }
        let integers = try open(paths[1], .int64, in: store, cache)
        let reals = try open(paths[2], .float64, in: store, cache)
        let texts = try open(paths[3], .uint8, in: store, cache)
        let blocks = Parallel.map([integers.array, reals.array, texts.array], threads: 3) { array in
            Result { () throws(ZarrError) in try bytes(of: array) }
        }
        guard blocks.count == 3, let rowCount = integers.array.shape.last.flatMap({ Int(exactly: $0) }),
            let columns = ReadColumns(
                rowCount: rowCount, integers: (integers.names, try blocks[0].get()),
                reals: (reals.names, try blocks[1].get()), texts: (texts.names, try blocks[2].get()))
        else { throw ZarrError(.unsupported, "has not the columns that this version reads", path: path) }
        return columns
    }

    /// The array at `path` and the names of its columns: its rows, or texts one after the other.
    private static func open(
        _ path: String, _ type: DataType, in store: any Store, _ cache: BlockCache
    ) throws(ZarrError) -> (array: ZarrArray, names: [String]) {
        guard
            case (.array(let array), let attributes)? = try ZarrNode.open(
                store, path: path, cache: cache, absent: .damage, attributes: ArrayAttributes.self)
        else { throw ZarrError(.notFound, "there is no array", path: path) }
        let isTable = array.shape.count == 2 && array.shape[0] == UInt64(attributes.columns.count)
        guard array.dataType == type, type == .uint8 ? array.shape.count == 1 : isTable,
            array.byteCount <= UInt64(readableByteLimit)
        else {
            throw ZarrError(.unsupported, "is no array of a catalogue that this version reads", path: path)
        }
        return (array, attributes.columns)
    }

    /// All bytes of `array`, of which an array of a catalogue has no more than there may be.
    private static func bytes(of array: ZarrArray) throws(ZarrError) -> Block {
        let block = try Block(ifRoomFor: Int(clamping: array.byteCount)) { buffer throws(ZarrError) in
            try array.read(start: array.shape.map { _ in 0 }, count: array.shape, into: buffer)
        }
        guard let block else {
            throw ZarrError(.store, "there is no memory for its \(array.byteCount) bytes", path: array.path)
        }
        return block
    }

    // MARK: - Writing

    /// Writes the rows of `columns`, at least one, as a part to `node`.
    static func write(_ columns: ColumnFactWriter, to node: any StagedNode) throws(ZarrError) {
        let layout = ColumnLayout.current
        let arrays: [(name: String, type: DataType, columns: [String], bytes: [UInt8])] = [
            (integersName, .int64, layout.integers, columns.integerBytes),
            (realsName, .float64, layout.reals, columns.realBytes),
            (textsName, .uint8, layout.texts, columns.textBytes),
        ]
        for array in arrays {
            let isText = array.type == .uint8
            let plan = try ArrayPlan(
                array.type, rowShape: isText ? [] : [columns.rowCount],
                chunkRows: isText ? max(array.bytes.count, 1) : array.columns.count,
                compression: [.zstd(level: 9), .crc32c])
            let writer = ArrayWriter(in: node, name: array.name, plan)
            try writer.append(array.bytes)
            try writer.finish(attributes: ArrayAttributes(columns: array.columns))
        }
        try node.writeGroup(attributes: PartAttributes(type: type, version: version))
    }
}
