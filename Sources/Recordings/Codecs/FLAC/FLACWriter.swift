import AudioCoding
import Support
import Zarr

/// Encodes samples to FLAC.
final class FLACWriter: AudioWriter {
    private static let compressionLevel: UInt32 = 5

    private let encoder: FLACEncoder
    private let frames: FrameWriter<FrameIndexRow>
    private let form: SampleForm
    private let md5: MessageDigest
    private let hashing: Relay<SampleBuffer>

    /// A writer of samples of `form` into `node`, on `threads` threads.
    init(_ form: SampleForm, in node: any StagedNode, threads: Int) throws {
        guard case .integer(let bits) = form.format else { throw ImportError("FLAC has no floating-point samples") }
        self.form = form
        encoder = try FLACEncoder(
            bits: bits, channels: form.channels, sampleRate: form.sampleRate,
            compressionLevel: Self.compressionLevel, threads: threads)
        guard let md5 = MessageDigest(.md5) else { throw ImportError("libcrypto cannot compute MD5 here") }
        self.md5 = md5
        hashing = try Relay(isConcurrent: threads > 1) { md5.update(signed: $0) }
        // The bytes are not hashed, since the header is written twice: the samples are compared instead.
        frames = try FrameWriter(
            FLACCodec.indexName, .index(of: FrameIndexRow.self), hashes: false, in: node)
        try frames.appendHeader(encoder.header)
    }

    func append(_ samples: SampleBuffer) throws {
        try hashing.send(samples)
        for frame in try encoder.encode(samples) { try frames.append(frame) }
    }

    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        try hashing.finish()
        for frame in try encoder.finish(md5: md5.finish()) { try frames.append(frame) }
        try frames.replaceHeader(with: encoder.header)
        var attributes = attributes
        attributes.describe(
            .flac, channels: form.channels, sampleRate: form.sampleRate, container: "flac-native")
        attributes["compression_level"] = JSONValue(Self.compressionLevel)
        attributes["total_samples"] = JSONValue(frames.sampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: .flac, sampleCount: frames.sampleCount, byteCount: frames.byteCount, proofs: [.encodedSamples])
    }
}

extension MessageDigest {
    /// Hashes `samples` as signed numbers, which in memory those of 8 bits are not.
    fileprivate func update(signed samples: SampleBuffer) {
        if samples.format.byteCount == 1 { update(samples.bytes.map { $0 ^ 0x80 }) } else { update(samples.bytes) }
    }
}
