public import AudioCoding
public import Zarr

/// Encodes samples to Opus.
public final class OpusWriter: AudioWriter {
    private let encoder: OpusEncoder
    private let packets: OpusPacketWriter
    private let bitRate: Int
    private let digests: PieceDigests

    /// A writer of samples of `form`, which for the header came from `sourceRate`; `bitRate` is in bits a second, nil for
    /// 128 000, and 96 000 where there is one channel.
    public init(
        _ form: SampleForm, sourceRate: UInt32, bitRate: Int?, in node: StagedNode, isConcurrent: Bool
    ) throws {
        self.bitRate = bitRate ?? (form.channels == 1 ? 96_000 : 128_000)
        encoder = try OpusEncoder(
            sampleRate: form.sampleRate, channels: form.channels, channelMask: form.channelMask,
            bitRate: self.bitRate, sourceRate: sourceRate)
        let digests = try PieceDigests(skipping: encoder.head.preSkip, blockAlign: form.channels * 2)
        self.digests = digests
        packets = try OpusPacketWriter(encoder.head, in: node, isConcurrent: isConcurrent) { try digests.append($0) }
    }

    /// Takes in the next samples.
    public func append(_ samples: SampleBuffer) throws {
        try append(encoder.encode(samples))
    }

    private func append(_ encoded: [EncodedFrame]) throws {
        for packet in encoded { try packets.append(packet.bytes, sampleCount: packet.sampleCount) }
    }

    /// Writes what is left.
    public func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        try append(encoder.finish())
        try packets.finish(
            attributes, skipped: UInt64(encoder.head.preSkip), sampleCount: encoder.sampleCount, bitRate: bitRate)
        guard let pieces = try digests.finish(sampleCount: encoder.sampleCount), encoder.sampleCount > 0 else {
            throw ImportError("no sample came out of the Opus encoder: keep it as flac or pcm")
        }
        return WrittenAudio(
            codec: .opus, sampleCount: encoder.sampleCount, byteCount: packets.byteCount,
            proof: .decoded(pieces: pieces, arrays: packets.arrayDigests))
    }
}
