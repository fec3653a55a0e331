import AudioCoding
import Support
import Zarr

/// `opus_sync` of a recording as the store has it.
///
/// Packets in an Ogg stream are counted by whoever scans its pages; where a page is damaged later the count slips. The
/// attribute `packet_count` says how many packets there were when the rows were proved: with another number of packets
/// they say nothing.
struct StoredOpusRestarts {
    /// More restarts than a month of Opus has: they are all read at once.
    private static let countLimit: UInt64 = 1 << 22

    let restarts: [OpusRestart]
    /// What they were proved on.
    let attributes: OpusSyncAttributes

    /// Reads that of the recording of `audio`; nil if it has none. Throws if that is not a table of restarts of a stream of
    /// `packetCount` packets.
    init?(of audio: StoredAudio, packetCount: UInt64) throws {
        let path = audio.path
        let key = "\(path)/\(OpusCodec.syncName)"
        guard let node = try ZarrNode.open(audio.store, path: key, cache: audio.cache) else { return nil }
        guard case .array(let array) = node, let index = StoredIndex<OpusRestart>(array),
            index.count <= min(packetCount, Self.countLimit)
        else { throw RecordingError("opus_sync is no table of restarts", recording: path) }
        restarts = try index.rows(0..<index.count)
        attributes = try array.attributes(as: OpusSyncAttributes.self)
        guard OpusRestarts(stored: restarts, packetCount: packetCount) != nil else {
            throw RecordingError("opus_sync is not in order, or goes beyond the stream", recording: path)
        }
    }
}

extension OpusRestarts {
    /// The restarts that the store has for the recording of `audio`, whose stream has `packetCount` packets; nil if there are
    /// none to be used. `isScanned` says that the packets were counted in the stream itself.
    init?(of audio: StoredAudio, packetCount: UInt64, isScanned: Bool) {
        guard let stored = (try? StoredOpusRestarts(of: audio, packetCount: packetCount)) ?? nil,
            !isScanned || stored.attributes.packetCount == packetCount
        else { return nil }
        self.init(stored: stored.restarts, packetCount: packetCount)
    }
}
