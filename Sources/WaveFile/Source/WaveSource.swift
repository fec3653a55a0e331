import Support

/// The structure of a WAV file from a recorder: the format of its samples, and the place of their bytes.
///
/// All other bytes belong to the head or the tail: head, samples and tail, one after another, are the file, however it was written.
public struct WaveSource: Sendable, Equatable {
    /// The part before the samples.
    public let head: WaveSourceHead
    /// The range of the samples in the file: whole samples of all channels.
    public let data: Range<UInt64>
    /// The chunks after the samples.
    let laterChunks: [WaveChunk]
    /// Bytes of the file.
    let byteCount: UInt64

    /// The most bytes of a head, and of a tail. Longer ones cannot be metadata.
    public static let envelopeByteCountLimit: UInt64 = 64 << 20

    /// Finds the parts of `file`, without reading the samples.
    ///
    /// A `data` chunk that claims more bytes than the file has is taken as cut short. One whose size is unknown, or 0 although bytes
    /// other than chunks follow, is taken as never finished. Both extend to the end of the file. A size that wrapped around at 4 GiB
    /// is corrected.
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
