import Support

/// The SHA-256 of decoded samples but for those at both ends that are no part of the recording, while they are decoded.
final class TrimmedDigest {
    /// Samples that are held back, more than any codec pads the end with.
    private static let heldSampleCount = 8192

    private let digest: MessageDigest
    private let blockAlign: Int
    private let skippedByteCount: Int
    private var skipped = 0
    private var held: [UInt8] = []

    /// A digest of samples of `blockAlign` bytes without the first `skippedSamples`.
    init(skipping skippedSamples: Int, blockAlign: Int) throws(ImportError) {
        digest = try .sha256()
        self.blockAlign = blockAlign
        skippedByteCount = skippedSamples * blockAlign
    }

    /// Takes in the next samples.
    func append(_ samples: UnsafeRawBufferPointer) {
        let start = min(skippedByteCount - skipped, samples.count)
        skipped += start
        held += samples[start...]
        let surplus = held.count - Self.heldSampleCount * blockAlign
        // Seldom, so that what is held is seldom moved.
        guard surplus >= Self.heldSampleCount * blockAlign else { return }
        held.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<surplus])) }
        held.removeFirst(surplus)
    }

    /// The digest of the first `sampleCount` samples after those skipped; nil where there are fewer, or so many more that it
    /// has gone past them.
    func finish(sampleCount: UInt64) -> [UInt8]? {
        guard let byteCount = sampleCount.multiplied(by: UInt64(blockAlign)), byteCount >= digest.byteCount,
            byteCount - digest.byteCount <= UInt64(held.count)
        else { return nil }
        held.withUnsafeBytes {
            digest.update(UnsafeRawBufferPointer(rebasing: $0[..<Int(byteCount - digest.byteCount)]))
        }
        return digest.finish()
    }
}
