import AudioCoding
import Support
import Zarr

/// The `opus_sync` of a recording as the store has it.
///
/// The packets of an Ogg stream are counted by a scan of its pages, and a page that is damaged later changes the count. The
/// attribute `packet_count` says how many packets there were when the rows were proved: they do not hold for a stream in which
/// another number is found.
struct StoredOpusRestarts {
    /// All restarts are read at once, so their number is limited; a month of Opus has fewer.
    private static let countLimit: UInt64 = 1 << 22

    let restarts: [OpusRestart]
    /// How they were proved.
    let attributes: OpusSyncAttributes

    /// Reads the restarts of the recording of `audio`; nil if it has none. Throws if its `opus_sync` is not a table of restarts
    /// of a stream of `packetCount` packets.
    init?(of audio: StoredAudio, packetCount: UInt64) throws {
        let path = audio.path
        let key = "\(path)/\(OpusCodec.syncName)"
        guard let node = try ZarrNode.open(audio.store, path: key, cache: audio.cache, absent: .damage) else {
            return nil
        }
        guard case .array(let array) = node, let restarts = try Self.restarts(array, min(packetCount, Self.countLimit))
        else { throw RecordingError("opus_sync is no table of restarts", recording: path) }
        self.restarts = restarts
        attributes = try array.attributes(as: OpusSyncAttributes.self)
        guard OpusRestarts(claimed: restarts, packetCount: packetCount) != nil else {
            throw RecordingError("opus_sync is not in order, or goes beyond the stream", recording: path)
        }
    }

    /// What readers on this machine believe: restarts that were proved elsewhere have no ends.
    var claims: [OpusRestart] {
        guard !attributes.isProvedHere else { return restarts }
        return restarts.map { OpusRestart(firstPacket: $0.firstPacket, preRollPacket: $0.preRollPacket) }
    }

    /// The rows of `array`, in either form; nil if it has neither, or more than `limit` rows.
    private static func restarts(_ array: ZarrArray, _ limit: UInt64) throws(ZarrError) -> [OpusRestart]? {
        if let index = StoredIndex<OpusRestart>(array), index.count <= limit { return try index.rows(0..<index.count) }
        if let index = StoredIndex<EndlessOpusRestart>(array), index.count <= limit {
            return try index.rows(0..<index.count).map(\.restart)
        }
        return nil
    }
}

extension OpusRestarts {
    /// The restarts that the store has for the recording of `audio`, whose stream has `packetCount` packets; nil if it has
    /// none that can be used. `isScanned` says that the packets were counted in the stream itself.
    init?(of audio: StoredAudio, packetCount: UInt64, isScanned: Bool) {
        guard let stored = (try? StoredOpusRestarts(of: audio, packetCount: packetCount)) ?? nil,
            !isScanned || stored.attributes.packetCount == packetCount
        else { return nil }
        self.init(
            claimed: stored.restarts, packetCount: packetCount, believesEnds: stored.attributes.isProvedHere)
    }
}
