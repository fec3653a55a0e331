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
    /// Bytes of samples that the header claims and the file does not have, as it is cut short. 0 if the size that it claims is one that
    /// recorders write before they know it.
    public let missingByteCount: UInt64

    /// Sizes that stand for one that is not known yet. Programs that write to a pipe (SoX, ffmpeg, arecord) take the largest signed or
    /// unsigned number, less some bytes for the header or a page.
    private static let placeholders: [ClosedRange<UInt64>] = [
        0x7FFF_0000...0x8000_0000, 0xFFFF_0000...0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_0000...0xFFFF_FFFF_FFFF_FFFF,
    ]

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
        let isKnown = !Self.placeholders.contains { $0.contains(claimed) }
        missingByteCount = isKnown ? claimed - min(claimed, available) : 0
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
