import AudioCoding
import Support
import Zarr

/// Encodes samples to AAC-LC in ADTS, and decodes what it encodes.
final class AACWriter: AudioWriter {
    private let encoder: AACEncoder
    private let frames: ADTSBlobWriter
    private let form: SampleForm
    private let bitRate: Int
    private let proof: AACProof
    private let proving: Relay<[EncodedFrame]>

    /// A writer of samples of `form` into `node`, at `bitRate` bits a second for all channels together. What is encoded is decoded by
    /// another thread if `isConcurrent`.
    init(_ form: SampleForm, bitRate: Int, in node: any StagedNode, isConcurrent: Bool) throws {
        self.form = form
        self.bitRate = bitRate
        encoder = try AACEncoder(sampleRate: form.sampleRate, channels: form.channels, bitRate: bitRate)
        frames = try ADTSBlobWriter(in: node)
        let proof = try AACProof(skipping: encoder.priming, channels: form.channels)
        self.proof = proof
        proving = try Relay(isConcurrent: isConcurrent) { try proof.append($0) }
    }

    func append(_ samples: SampleBuffer) throws {
        try append(encoder.encode(samples))
    }

    private func append(_ encoded: [EncodedFrame]) throws {
        for frame in encoded { try frames.append(frame) }
        try proving.send(encoded)
    }

    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        try append(encoder.finish())
        try proving.finish()
        guard let pieces = try proof.finish(sampleCount: encoder.sampleCount), encoder.sampleCount > 0 else {
            throw ImportError("no sample came out of the AAC encoder: keep it as flac or pcm")
        }
        try frames.finish(
            attributes, channels: form.channels, sampleRate: form.sampleRate, skippedSamples: encoder.priming,
            sampleCount: encoder.sampleCount, bitRate: bitRate)
        return WrittenAudio(
            codec: .aac, sampleCount: encoder.sampleCount, byteCount: frames.byteCount,
            proofs: [.arrays(frames.digests), .pieces(pieces)])
    }
}
