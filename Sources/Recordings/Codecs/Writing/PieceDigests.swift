import Support

/// Computes the SHA-256 of each megabyte of a recording's samples as they are decoded, and leaves out the padding at both ends.
public final class PieceDigests {
    /// Bytes of every piece but the last, which may have fewer.
    public static let pieceByteCount: UInt64 = 1 << 20
    /// Samples that are held back: more than any codec pads the end with.
    private static let heldSampleCount = 8192

    private let blockAlign: Int
    private let skippedByteCount: Int
    private var skipped = 0
    private var held: [UInt8] = []
    private var digest: MessageDigest
    private var complete: [[UInt8]] = []

    /// Digests of samples of `blockAlign` bytes (of all channels), without the first `skippedSamples`.
    init(skipping skippedSamples: Int, blockAlign: Int) throws(ImportError) {
        digest = try .sha256()
        self.blockAlign = blockAlign
        skippedByteCount = skippedSamples * blockAlign
    }

    /// Hashes the next samples.
    func append(_ samples: UnsafeRawBufferPointer) throws(ImportError) {
        let start = min(skippedByteCount - skipped, samples.count)
        skipped += start
        held += samples[start...]
        let surplus = held.count - Self.heldSampleCount * blockAlign
        // Rarely, since what is held is moved each time.
        guard surplus >= Self.heldSampleCount * blockAlign else { return }
        try hash(surplus)
        held.removeFirst(surplus)
    }

    /// The digests of the first `sampleCount` samples after those skipped; nil if there are fewer, or so many more that some of them
    /// have been hashed.
    func finish(sampleCount: UInt64) throws(ImportError) -> [[UInt8]]? {
        let done = UInt64(complete.count) * Self.pieceByteCount + digest.byteCount
        guard let byteCount = sampleCount.multiplied(by: UInt64(blockAlign)), byteCount >= done,
            byteCount - done <= UInt64(held.count)
        else { return nil }
        try hash(Int(byteCount - done))
        return digest.byteCount == 0 ? complete : complete + [digest.finish()]
    }

    /// Hashes the first `count` bytes that are held.
    private func hash(_ count: Int) throws(ImportError) {
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
