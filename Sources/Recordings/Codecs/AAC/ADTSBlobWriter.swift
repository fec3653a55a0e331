import AudioCoding
import Zarr

/// Writes AAC-LC frames with ADTS headers, and their index.
struct ADTSBlobWriter {
    private let frames: FrameWriter<FrameIndexRow>

    /// A writer into `node`.
    init(in node: StagedNode) throws(ZarrError) {
        frames = try FrameWriter(
            AACCodec.indexName, .index(of: FrameIndexRow.self), hashes: true, in: node)
    }

    /// Bytes of all frames.
    var byteCount: UInt64 { frames.byteCount }
    /// The SHA-256 of what the arrays hold, by their names, once they are written.
    var digests: [String: [UInt8]] { frames.digests }

    /// Appends `frame`.
    func append(_ frame: EncodedFrame) throws(ZarrError) {
        try frames.append(frame)
    }

    /// Writes what is left. The recording is `sampleCount` of the decoded samples from `skippedSamples` on.
    func finish(
        _ attributes: [String: JSONValue], channels: Int, sampleRate: UInt32, skippedSamples: some BinaryInteger,
        sampleCount: UInt64, bitRate: Int? = nil
    ) throws(ZarrError) {
        var attributes = attributes
        attributes.describe(.aac, channels: channels, sampleRate: sampleRate, container: "aac-native")
        attributes["stream_type"] = .text("adts")
        attributes["profile"] = .text("aac_low")
        if let bitRate { attributes["aac_bitrate"] = JSONValue(bitRate) }
        attributes["priming_samples"] = JSONValue(skippedSamples)
        attributes["total_samples"] = JSONValue(sampleCount)
        try frames.finish(attributes)
    }
}
