public import AudioCoding
import Support
public import Zarr

/// Encodes samples to AAC-LC in ADTS, and decodes what it encodes.
public final class AACWriter: AudioWriter {
    private let encoder: AACEncoder
    private let frames: FrameWriter
    private let form: SampleForm
    private let bitRate: Int
    private let proof: AACProof
    private let proving: Relay<[EncodedFrame]>

    /// A writer of samples of `form`; `bitRate` is in bits a second, nil for 160 000, and 128 000 where there is one channel.
    public init(_ form: SampleForm, bitRate: Int?, in node: StagedNode, isConcurrent: Bool) throws {
        self.form = form
        self.bitRate = bitRate ?? (form.channels == 1 ? 128_000 : 160_000)
        encoder = try AACEncoder(
            sampleRate: form.sampleRate, channels: form.channels, channelMask: form.channelMask,
            bitRate: self.bitRate)
        frames = try FrameWriter(.aac, in: node)
        let proof = try AACProof(skipping: encoder.priming, channels: form.channels)
        self.proof = proof
        proving = try Relay(isConcurrent: isConcurrent) { try proof.append($0) }
    }

    /// Takes in the next samples.
    public func append(_ samples: SampleBuffer) throws {
        try append(encoder.encode(samples))
    }

    private func append(_ encoded: [EncodedFrame]) throws {
        for frame in encoded { try frames.append(frame.bytes, sampleCount: frame.sampleCount) }
        try proving.send(encoded)
    }

    /// Writes what is left.
    public func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        try append(encoder.finish())
        try proving.finish()
        guard let pieces = try proof.finish(sampleCount: encoder.sampleCount), encoder.sampleCount > 0 else {
            throw ImportError("no sample came out of the AAC encoder: keep it as flac or pcm")
        }
        var attributes = attributes
        attributes.describe(.aac, form, container: "aac-native")
        attributes["stream_type"] = .text("adts")
        attributes["profile"] = .text("aac_low")
        attributes["aac_bitrate"] = JSONValue(bitRate)
        attributes["priming_samples"] = JSONValue(encoder.priming)
        attributes["total_samples"] = JSONValue(encoder.sampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: .aac, sampleCount: encoder.sampleCount, byteCount: frames.byteCount,
            proof: .decoded(pieces: pieces, arrays: frames.arrayDigests))
    }
}
