import Support

/// The structure of a WAV file from a recorder: the format of its samples, and the place of their bytes.
///
/// Of Sony Wave64 and Apple's AIFF, it is the same without metadata.
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
    /// Bytes of other sound behind the samples: that of a second `data` chunk, or of a whole WAV file.
    public let otherSoundByteCount: UInt64
    /// Bytes of samples that the header claims and the file does not have, as it is cut short. 0 if the size that it claims is one that
    /// recorders write before they know it.
    public let missingByteCount: UInt64
    /// Whether a file of another kind does not say how many samples it has, so that they are taken to extend to its end.
    public let isUnfinished: Bool
    /// Bytes at the end of a file of another kind that belong to none of its chunks.
    public let strayByteCount: UInt64
    /// Whether head, samples and tail, one after another, are a WAV file again: not if the bytes of the samples are brought into another
    /// order, nor if the file is of another kind.
    public var isPlainWave: Bool { container == "wav" && head.format.packing == nil }
    /// The kind of the file, by libavformat's name: `wav`, `w64` or `aiff`.
    public let container: String

    /// Sizes that stand for one that is not known yet. Programs that write to a pipe (SoX, ffmpeg, arecord) take the largest signed or
    /// unsigned number, less some bytes for the header or a page.
    private static let placeholders: [ClosedRange<UInt64>] = [
        0x7FFF_0000...0x8000_0000, 0xFFFF_0000...0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_0000...0xFFFF_FFFF_FFFF_FFFF,
    ]

    /// The most bytes of a head, and of a tail. Longer ones cannot be metadata.
    public static let envelopeByteCountLimit: UInt64 = 64 << 20

    /// Finds the parts of `file`, without reading the samples.
    ///
    /// RIFF, RIFX, RF64 and BW64 are WAV files.
    ///
    /// A `data` chunk that claims more bytes than the file has is taken as cut short. One whose size is unknown, or 0 although bytes
    /// other than chunks follow, is taken as never finished. Both extend to the end of the file. A size that wrapped around at 4 GiB
    /// is corrected.
    public init(_ file: WaveBytes) throws(WaveSourceError) {
        head = try WaveSourceHead(of: file)
        isUnfinished = false
        strayByteCount = 0
        container = "wav"
        byteCount = file.byteCount
        let start = head.byteCount
        let available = file.byteCount - start
        var walker = WaveChunkWalker(file, at: start, isBigEndian: head.format.isBigEndian)
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
        otherSoundByteCount = try OtherSound.byteCount(in: laterChunks, of: file, behind: walker)
        guard start <= Self.envelopeByteCountLimit, byteCount - data.upperBound <= Self.envelopeByteCountLimit else {
            guard otherSoundByteCount == 0 else {
                throw WaveSourceError(
                    "has another sound of \(otherSoundByteCount) bytes behind its samples: split it into files of their own"
                )
            }
            throw WaveSourceError(
                "has \(start) bytes before its samples and \(byteCount - data.upperBound) after them; "
                    + "more than \(Self.envelopeByteCountLimit) cannot be metadata")
        }
    }

    /// The samples `data` of a file of another kind, behind `head`.
    init(
        container: String, head: WaveSourceHead, data: Range<UInt64>, missingByteCount: UInt64, isUnfinished: Bool,
        strayByteCount: UInt64,
        of file: WaveBytes
    ) {
        self.isUnfinished = isUnfinished
        self.strayByteCount = strayByteCount
        self.container = container
        self.head = head
        self.data = data
        self.missingByteCount = missingByteCount
        byteCount = file.byteCount
        laterChunks = []
        otherSoundByteCount = 0
    }

    /// The bytes after the samples.
    public var tail: Range<UInt64> { data.upperBound..<byteCount }
}
