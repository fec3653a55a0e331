import AudioCoding
import Zarr

/// Encodes samples to Opus.
final class OpusWriter: AudioWriter {
    private let encoder: OpusEncoder
    private let packets: OpusPacketWriter
    private let bitRate: Int
    private let digests: PieceDigests

    /// A writer of samples of `form` into `node`, at `bitRate` bits a second for all channels together. The stream's header says that
    /// the source had `sourceRate`. What is encoded is decoded by another thread if `isConcurrent`.
    init(
        _ form: SampleForm, sourceRate: UInt32, bitRate: Int, in node: any StagedNode, isConcurrent: Bool
    ) throws {
        self.bitRate = bitRate
        encoder = try OpusEncoder(
            sampleRate: form.sampleRate, channels: form.channels, bitRate: bitRate, sourceRate: sourceRate)
        let digests = try PieceDigests(skipping: encoder.head.preSkip, blockAlign: form.channels * 2)
        self.digests = digests
        packets = try OpusPacketWriter(encoder.head, in: node, isConcurrent: isConcurrent) { try digests.append($0) }
    }

    func append(_ samples: SampleBuffer) throws {
        for packet in try encoder.encode(samples) { try packets.append(packet) }
    }

    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        for packet in try encoder.finish() { try packets.append(packet) }
        try packets.finish(
            attributes, skippedSamples: UInt64(encoder.head.preSkip), sampleCount: encoder.sampleCount,
            bitRate: bitRate)
        guard let pieces = try digests.finish(sampleCount: encoder.sampleCount), encoder.sampleCount > 0 else {
            throw ImportError("no sample came out of the Opus encoder: keep it as flac or pcm")
        }
        return WrittenAudio(
            codec: .opus, sampleCount: encoder.sampleCount, byteCount: packets.byteCount,
            proofs: [.arrays(packets.digests), .pieces(pieces)])
    }
}
