import Recordings
import Support
import Zarr

/// All that is known of a recording: what `zarrwlr info` prints.
struct RecordingDescription: Encodable {
    let row: RecordingRow
    let stream: Stream?
    /// Of an array that stands by itself.
    let chunks: Chunks?
    let attributes: Attributes

    private enum CodingKeys: String, CodingKey {
        case recording, stream, chunks, attributes
    }

    func encode(to encoder: any Encoder) throws {
        try RecordingObject(row, for: .infoJSON).encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(RecordingObject(row, for: .listJSON), forKey: .recording)
        try members.encodeIfPresent(stream, forKey: .stream)
        try members.encodeIfPresent(chunks, forKey: .chunks)
        try members.encode(attributes, forKey: .attributes)
    }

    /// Numbers about the coded stream, and about the index that finds its frames.
    struct Stream: Encodable {
        let bytes: UInt64
        let frames: UInt64
        let smallestFrame: UInt64
        let meanFrame: Double
        let largestFrame: UInt64
        /// Nil if the store cannot say it.
        let indexBytes: UInt64?
        let indexPercent: Double?
        let restarts: Restarts?

        struct Restarts: Encodable {
            let count: Int
            let meanDistance: Double
            let longestDistance: UInt64
            let meanPreRoll: Double
            let longestPreRoll: UInt64

            private enum CodingKeys: String, CodingKey {
                case count
                case meanDistance = "mean_distance"
                case longestDistance = "longest_distance"
                case meanPreRoll = "mean_preroll"
                case longestPreRoll = "longest_preroll"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case bytes, frames, restarts
            case smallestFrame = "smallest_frame"
            case meanFrame = "mean_frame"
            case largestFrame = "largest_frame"
            case indexBytes = "index_bytes"
            case indexPercent = "index_percent"
        }
    }

    /// How many chunks an array has, and how many of them the store does not have; nil if they are too many to be counted.
    struct Chunks: Encodable {
        let count: UInt64?
        let absent: UInt64?
    }

    /// The attributes of the recording's nodes, as the store has them.
    struct Attributes: Encodable {
        let group: JSONValue
        let audio: JSONValue
    }

    init(_ entry: OpenStore.Entry, in store: OpenStore) throws(CommandError) {
        let recording = entry.recording
        row = RecordingRow(entry, in: store)
        let zarr = store.store
        do {
            attributes = try Self.attributes(of: recording, in: zarr, store.cache)
            stream = try StreamStatistics(of: recording, in: zarr, cache: store.cache).map { statistics in
                // A web server cannot say it.
                let indexBytes = try? statistics.indexNames.reduce(UInt64(0)) {
                    try $0.adding(zarr.byteCount(below: "\(recording.path)/\($1)")) ?? .max
                }
                return Stream(statistics, indexBytes: indexBytes)
            }
            chunks = try ChunkPresence(of: recording, in: zarr, cache: store.cache).map {
                Chunks(count: $0.chunkCount, absent: $0.absentCount)
            }
        } catch {
            throw CommandError("the recording cannot be looked into", cause: error)
        }
    }

    private static func attributes(
        of recording: Recording, in store: any Store, _ cache: BlockCache
    ) throws(ZarrError) -> Attributes {
        switch try ZarrNode.open(store, path: recording.path, cache: cache) {
        case .array(let array): return Attributes(group: .null, audio: try array.attributes(as: JSONValue.self))
        case .group(let group):
            let audio = try ZarrArray.open(store, path: group.path(of: HierarchyNames.blob), cache: cache)
            return Attributes(
                group: try group.attributes(as: JSONValue.self), audio: try audio.attributes(as: JSONValue.self))
        case nil: return Attributes(group: .null, audio: .null)
        }
    }
}

extension RecordingDescription.Stream {
    fileprivate init(_ statistics: StreamStatistics, indexBytes: UInt64?) {
        bytes = statistics.byteCount
        frames = statistics.frameCount
        smallestFrame = statistics.smallest
        meanFrame = statistics.meanFrameByteCount
        largestFrame = statistics.largest
        self.indexBytes = indexBytes
        let byteCount = statistics.byteCount
        indexPercent = indexBytes.map { byteCount == 0 ? 0 : 100 * Double($0) / Double(byteCount) }
        restarts = statistics.restarts.map { restarts in
            Restarts(
                count: restarts.count, meanDistance: restarts.meanDistance, longestDistance: restarts.longestDistance,
                meanPreRoll: restarts.meanPreRoll, longestPreRoll: restarts.longestPreRoll)
        }
    }
}
