import AudioCoding

/// Decodes an AAC stream from its start as it is encoded, and computes the digests of its samples.
final class AACProof {
    private let decoder: AACDecoder
    private let blockAlign: Int
    private let digests: PieceDigests
    private let decoded = UnsafeMutableRawBufferPointer.allocate(
        byteCount: AACDecoder.maximumOutputByteCount, alignment: 16)

    /// The proof of a stream of `channels` channels, whose first `skippedSamples` samples are not part of the recording.
    init(skipping skippedSamples: Int, channels: Int) throws {
        decoder = try AACDecoder()
        blockAlign = channels * 2
        digests = try PieceDigests(skipping: skippedSamples, blockAlign: blockAlign)
    }

    deinit {
        decoded.deallocate()
    }

    /// Decodes the next frames.
    func append(_ frames: [EncodedFrame]) throws {
        for frame in frames {
            let count = try frame.bytes.withUnsafeBytes { try decoder.decode($0, into: decoded) }
            try digests.append(UnsafeRawBufferPointer(rebasing: decoded[..<(count * blockAlign)]))
        }
    }

    /// The digests of the first `sampleCount` samples after those skipped; nil if there are fewer.
    func finish(sampleCount: UInt64) throws(ImportError) -> [[UInt8]]? {
        try digests.finish(sampleCount: sampleCount)
    }
}
