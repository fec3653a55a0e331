import AudioCoding
public import Support
public import Zarr

/// What there is to say of a recording's coded stream in numbers, from going through all of it.
public struct StreamStatistics: Sendable {
    /// What restarts the store has for an Opus stream, in packets.
    public struct Restarts: Sendable {
        /// How many.
        public let count: Int
        /// Packets from one to the next: as a rule, and at most.
        public let meanDistance: Double, longestDistance: UInt64
        /// Packets that are decoded before the first exact one: as a rule, and at most.
        public let meanPreRoll: Double, longestPreRoll: UInt64
    }

    /// Bytes of the stream, all that is no frame included.
    public let byteCount: UInt64
    /// How many frames (of Opus: packets) it has.
    public private(set) var frameCount: UInt64 = 0
    /// Bytes of all frames together, and of the smallest and the largest.
    public private(set) var frameByteCount: UInt64 = 0, smallest: UInt64 = 0, largest: UInt64 = 0
    /// The restarts of an Opus stream; nil where the store has none.
    public private(set) var restarts: Restarts?

    /// Bytes of a frame as a rule; 0 where there is none.
    public var meanFrameByteCount: Double { frameCount == 0 ? 0 : Double(frameByteCount) / Double(frameCount) }

    /// Goes through the stream of `recording` in `store`; nil for one that is not coded.
    public init?(of recording: Recording, in store: any Store, cache: BlockCache) throws(RecordingError) {
        do {
            guard recording.codec != .pcm else { return nil }
            let array = try ZarrArray.open(
                store, path: "\(recording.path)/\(HierarchyNames.blob)", cache: cache)
            let blob = try CodedBlob(array)
            byteCount = blob.byteCount
            switch recording.codec {
            case .pcm: return nil
            case .flac:
                let metadata = try FLACMetadata(of: blob.stream)
                count(
                    try FrameTable(
                        ofFLAC: blob, streamInfo: metadata.streamInfo, firstFrameOffset: metadata.firstFrameOffset))
            case .aac: count(try FrameTable(ofADTS: blob, samplesPerFrame: 1024))
            case .opus: try count(try Self.packets(of: recording, blob, store, cache), recording, store, cache)
            }
        } catch {
            throw RecordingError("its stream cannot be gone through", recording: recording.path, cause: error)
        }
    }

    private static func packets(
        of recording: Recording, _ blob: CodedBlob, _ store: any Store, _ cache: BlockCache
    ) throws -> any OpusPackets {
        let index = try? ZarrArray.open(store, path: "\(recording.path)/opus_index", cache: cache)
        if let index, let packets = StoredOpusPackets(blob: blob, index: index) { return packets }
        return try OggPackets(blob: blob)
    }

    private mutating func count(_ table: FrameTable) {
        for index in 0..<table.count {
            if let frame = table[index] { countFrame(UInt64(frame.byteCount)) }
        }
    }

    private mutating func count(
        _ packets: any OpusPackets, _ recording: Recording, _ store: any Store, _ cache: BlockCache
    ) throws {
        try packets.forEachPacket { if let packet = $0 { countFrame(UInt64(packet.count)) } }
        let stored = try StoredOpusRestarts(store, path: recording.path, packetCount: packets.count, cache: cache)
        guard let restarts = stored?.restarts else { return }
        let distances = zip(restarts, restarts.dropFirst().map(\.firstPacket) + [packets.count])
            .map { $1 - $0.firstPacket }
        let preRolls = restarts.map { $0.firstPacket - $0.preRollPacket }
        self.restarts = Restarts(
            count: restarts.count, meanDistance: Double(packets.count) / Double(restarts.count),
            longestDistance: distances.max() ?? 0,
            meanPreRoll: preRolls.reduce(0.0) { $0 + Double($1) } / Double(restarts.count),
            longestPreRoll: preRolls.max() ?? 0)
    }

    private mutating func countFrame(_ byteCount: UInt64) {
        smallest = frameCount == 0 ? byteCount : min(smallest, byteCount)
        largest = max(largest, byteCount)
        frameCount += 1
        frameByteCount = frameByteCount.adding(byteCount) ?? .max
    }
}
