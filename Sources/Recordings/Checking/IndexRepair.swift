import AudioCoding
import Support
import Zarr

/// A right index to be written in the place of a wrong or a missing one. The audio is not touched.
enum IndexRepair {
    /// `flac_index` or `aac_index`, with a row for each frame.
    case frames(name: String, FrameTable)
    /// `opus_sync`, to be proved by decoding all packets.
    case restarts(of: any OpusPackets, head: OpusHead)

    private static let rowsAtOnce = 8192

    private var name: String {
        switch self {
        case .frames(let name, _): name
        case .restarts: HierarchyNames.opusSync
        }
    }

    /// Writes the index of the recording at `path`: a reader finds the old one, or all of the new one.
    ///
    /// The old one's attributes stay, but for the count of its rows.
    func apply(to store: any WritableStore, path: String, cache: BlockCache) throws {
        let place = "\(path)/\(name)"
        let node = try store.stageNode()
        var attributes = Self.attributes(of: place, in: store, cache)
        switch self {
        case .frames(_, let table):
            let writer = ArrayWriter(in: node, try .index(columns: 3))
            var rows: [UInt64] = []
            for index in 0..<table.count {
                guard let frame = table[index] else { break }
                rows += [frame.offset, UInt64(frame.byteCount), frame.firstSample]
                if rows.count >= 3 * Self.rowsAtOnce {
                    try writer.append(rows)
                    rows = []
                }
            }
            try writer.append(rows)
            attributes["total_frames"] = .integer(Int64(table.count))
            try writer.finish(attributes: attributes)
        case .restarts(let packets, let head):
            let prover = try OpusRestartProver(head: head)
            try packets.forEachPacket { try prover.append($0) }
            let writer = ArrayWriter(in: node, try .index(columns: 2))
            try writer.append(prover.finish().flatMap { [$0.firstPacket, $0.preRollPacket] })
            attributes.merge(OpusSyncAttributes(packetCount: packets.count).json) { $1 }
            try writer.finish(attributes: attributes)
        }
        try node.replace(place)
    }

    private static func attributes(of path: String, in store: any Store, _ cache: BlockCache) -> [String: JSONValue] {
        guard let array = try? ZarrArray.open(store, path: path, cache: cache) else { return [:] }
        return (try? array.attributes(as: [String: JSONValue].self)) ?? [:]
    }
}
