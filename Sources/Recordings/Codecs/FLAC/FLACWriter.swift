public import AudioCoding
import Support
public import Zarr

/// Encodes samples to FLAC.
public final class FLACWriter: AudioWriter {
    private static let compressionLevel: UInt32 = 5

    private let encoder: FLACEncoder
    private let frames: FrameWriter
    private let form: SampleForm
    private let md5: MessageDigest
    private let digesting: Relay<SampleBuffer>

    /// A writer of samples of `form` into `node`.
    public init(_ form: SampleForm, in node: StagedNode, threads: Int) throws {
        guard case .integer(let bits) = form.format else { throw ImportError("FLAC has no floating-point samples") }
        self.form = form
        encoder = try FLACEncoder(
            bits: bits, channels: form.channels, sampleRate: form.sampleRate,
            compressionLevel: Self.compressionLevel, threads: threads)
        guard let md5 = MessageDigest(.md5) else { throw ImportError("libcrypto cannot compute MD5 here") }
        self.md5 = md5
        digesting = try Relay(isConcurrent: threads > 1) { md5.update(signed: $0) }
        frames = try FrameWriter(.flac, in: node)
        try frames.appendHeader(encoder.header)
    }

    /// Takes in the next samples.
    public func append(_ samples: SampleBuffer) throws {
        try digesting.send(samples)
        for frame in try encoder.encode(samples) { try frames.append(frame.bytes, sampleCount: frame.sampleCount) }
    }

    /// Writes what is left.
    public func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio {
        try digesting.finish()
        for frame in try encoder.finish(md5: md5.finish()) {
            try frames.append(frame.bytes, sampleCount: frame.sampleCount)
        }
        try frames.replaceHeader(with: encoder.header)
        var attributes = attributes
        attributes.describe(.flac, form, container: "flac-native")
        attributes["compression_level"] = JSONValue(Self.compressionLevel)
        attributes["total_samples"] = JSONValue(frames.sampleCount)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: .flac, sampleCount: frames.sampleCount, byteCount: frames.byteCount, proof: .source)
    }
}

extension MessageDigest {
    /// Takes in `samples` as signed numbers, which in memory those of 8 bits are not.
    fileprivate func update(signed samples: SampleBuffer) {
        if samples.format.byteCount == 1 { update(samples.bytes.map { $0 ^ 0x80 }) } else { update(samples.bytes) }
    }
}

extension [String: JSONValue] {
    /// Adds what zarrwlr's blobs say of a stream.
    mutating func describe(_ codec: AudioCodec, _ form: SampleForm, container: String) {
        self["codec"] = .text(codec.rawValue)
        self["nb_channels"] = JSONValue(form.channels)
        self["sample_rate"] = JSONValue(form.sampleRate)
        self["container_type"] = .text(container)
    }
}
