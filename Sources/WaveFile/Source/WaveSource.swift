import Support

/// A WAV file as somebody's recorder wrote it: how its samples are kept, and which of its bytes they are.
///
/// All other bytes are head or tail: head, samples and tail, one after another, are the file, however it was written.
public struct WaveSource: Sendable, Equatable {
    /// What precedes the samples.
    public let head: WaveSourceHead
    /// The bytes of the samples in the file: whole samples of all channels, and no others.
    public let data: Range<UInt64>
    /// The chunks after the samples.
    public let laterChunks: [WaveChunk]
    /// How many bytes the file has.
    public let byteCount: UInt64

    /// Bytes of a head, and of a tail, that are kept at most. What is longer is no metadata.
    public static let envelopeByteCountLimit: UInt64 = 64 << 20

    /// Reads where the parts of `file` are; of the samples, nothing.
    ///
    /// A `data` chunk that claims more than the file has is taken to be cut short; one whose size is unknown, or 0 where
    /// something follows that is no chunk, was never finished: both go up to the file's end. A size that wrapped round at
    /// 4 GiB is put right.
    public init(_ file: WaveBytes) throws(WaveSourceError) {
        head = try WaveSourceHead(of: file)
        byteCount = file.byteCount
        let start = head.byteCount
        let available = file.byteCount - start
        var walker = WaveChunkWalker(file, at: start)
        var claimed = head.claimedByteCount ?? available
        if claimed == 0, available > 0 {
            let isEmpty = try walker.reachesEnd()
            claimed = isEmpty ? 0 : available
        }
        claimed = min(claimed, available)
        try walker.pass(to: start + claimed, fromOddSize: claimed % 2 == 1)
        if available - claimed > UInt64(UInt32.max), try walker.header() == nil {
            let wrap = UInt64(UInt32.max) + 1
            claimed += (available - claimed) / wrap * wrap
            try walker.pass(to: start + claimed, fromOddSize: claimed % 2 == 1)
        }
        data = start..<start + claimed - claimed % UInt64(head.format.blockAlign)
        var laterChunks: [WaveChunk] = []
        while let chunk = try walker.next() { laterChunks.append(chunk) }
        self.laterChunks = laterChunks
        guard start <= Self.envelopeByteCountLimit, byteCount - data.upperBound <= Self.envelopeByteCountLimit else {
            throw WaveSourceError(
                "has \(start) bytes before its samples and \(byteCount - data.upperBound) after them; "
                    + "more than \(Self.envelopeByteCountLimit) cannot be metadata")
        }
    }

    /// The bytes after the samples.
    public var tail: Range<UInt64> { data.upperBound..<byteCount }
}
