public import Support
public import Zarr

/// Numbers about the coded stream of a recording, from going through all of it.
public struct StreamStatistics: Sendable {
    /// The restarts that the store has for a stream that cannot be decoded from everywhere, in packets.
    public struct Restarts: Sendable {
        /// How many.
        public let count: Int
        /// Packets from one to the next: on average, and at most.
        public let meanDistance: Double, longestDistance: UInt64
        /// Packets that are decoded before the first exact one: on average, and at most.
        public let meanPreRoll: Double, longestPreRoll: UInt64
    }

    /// Bytes of the stream, including those that belong to no frame.
    public let byteCount: UInt64
    /// The arrays beside the stream that say where something is in it; the store need not have all of them.
    public let indexNames: [String]
    /// How many frames or packets it has.
    public private(set) var frameCount: UInt64 = 0
    /// Bytes of the smallest frame and of the largest.
    public private(set) var smallest: UInt64 = 0, largest: UInt64 = 0
    /// Bytes of all frames together.
    private var frameByteCount: UInt64 = 0
    /// The restarts; nil if the codec needs none, or the store has none.
    public internal(set) var restarts: Restarts?

    /// Bytes of a frame on average; 0 if there is none.
    public var meanFrameByteCount: Double { frameCount == 0 ? 0 : Double(frameByteCount) / Double(frameCount) }

    /// Goes through the stream of `recording` in `store`; nil if it is not coded.
    public init?(of recording: Recording, in store: any Store, cache: BlockCache) throws(RecordingError) {
        do {
            guard let codec = CodecRegistry.codec(named: recording.codec), codec.isDecoded else { return nil }
            let store = store.fetching
            let fetched = OpeningParts.fetch(recording.path, in: store)
            defer { withExtendedLifetime(fetched) {} }
            let node = try RecordingNode(store: store, path: recording.path, cache: cache)
            let audio = try StoredAudio(of: node, in: store, cache: cache)
            guard let statistics = try codec.statistics(of: audio) else { return nil }
            self = statistics
        } catch {
            throw RecordingError("its stream cannot be gone through", recording: recording.path, cause: error)
        }
    }

    /// Of a stream of `byteCount` bytes, no frame of which is counted yet.
    init(byteCount: UInt64, indexNames: [String]) {
        self.byteCount = byteCount
        self.indexNames = indexNames
    }

    /// Counts a frame of `byteCount` bytes.
    mutating func countFrame(byteCount: UInt64) {
        smallest = frameCount == 0 ? byteCount : min(smallest, byteCount)
        largest = max(largest, byteCount)
        frameCount += 1
        frameByteCount = frameByteCount.adding(byteCount) ?? .max
    }
}
