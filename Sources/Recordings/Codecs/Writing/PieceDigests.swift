import Support

/// The SHA-256 of each megabyte of decoded samples, but for those at both ends that are no part of the recording, while they are
/// decoded.
public final class PieceDigests {
    /// Bytes of a piece; the last may have fewer.
    public static let pieceByteCount: UInt64 = 1 << 20
    /// Samples that are held back, more than any codec pads the end with.
    private static let heldSampleCount = 8192

    private let blockAlign: Int
    private let skippedByteCount: Int
    private var skipped = 0
    private var held: [UInt8] = []
    private var digest: MessageDigest
    private var complete: [[UInt8]] = []

    /// Digests of samples of `blockAlign` bytes without the first `skippedSamples`.
    init(skipping skippedSamples: Int, blockAlign: Int) throws(ImportError) {
        digest = try .sha256()
        self.blockAlign = blockAlign
        skippedByteCount = skippedSamples * blockAlign
    }

    /// Takes in the next samples.
    func append(_ samples: UnsafeRawBufferPointer) throws(ImportError) {
        let start = min(skippedByteCount - skipped, samples.count)
        skipped += start
        held += samples[start...]
        let surplus = held.count - Self.heldSampleCount * blockAlign
        // Seldom, so that what is held is seldom moved.
        guard surplus >= Self.heldSampleCount * blockAlign else { return }
        try sumUp(surplus)
        held.removeFirst(surplus)
    }

    /// The digests of the first `sampleCount` samples after those skipped; nil where there are fewer, or so many more that it
    /// has gone past them.
    func finish(sampleCount: UInt64) throws(ImportError) -> [[UInt8]]? {
        let done = UInt64(complete.count) * Self.pieceByteCount + digest.byteCount
        guard let byteCount = sampleCount.multiplied(by: UInt64(blockAlign)), byteCount >= done,
            byteCount - done <= UInt64(held.count)
        else { return nil }
        try sumUp(Int(byteCount - done))
        return digest.byteCount == 0 ? complete : complete + [digest.finish()]
    }

    /// Takes in the first `count` bytes that are held.
    private func sumUp(_ count: Int) throws(ImportError) {
        var position = 0
        while position < count {
            let end = min(position + Int(Self.pieceByteCount - digest.byteCount), count)
            held.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[position..<end])) }
            position = end
            guard digest.byteCount == Self.pieceByteCount else { continue }
            complete.append(digest.finish())
            digest = try .sha256()
        }
    }
}
