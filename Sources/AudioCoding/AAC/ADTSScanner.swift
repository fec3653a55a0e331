/// Finds the frames of an ADTS stream that comes piece by piece.
///
/// A frame is accepted if the header of the next frame, or the end of the stream, is where it ends. Otherwise bytes are skipped up
/// to the next frame for which that holds. ID3v2 tags at the front are skipped.
///
/// A frame does not say which samples are its own, so they are counted: after damage, all following samples come too early.
public struct ADTSScanner: FrameScanner {
    /// Bytes skipped so far because they belong to no frame; tags at the front do not count.
    public private(set) var skippedByteCount: UInt64 = 0
    /// The header of the first frame, once it is found; all others have the same rate and channels.
    public private(set) var firstHeader: ADTSHeader?

    private let samplesPerFrame: Int
    /// Bytes not scanned yet, and the offset of the first.
    private var buffer: [UInt8] = []
    private var offset: UInt64 = 0
    /// Bytes of a tag still to be skipped.
    private var tagRemaining = 0
    private var isAtFront = true
    private var firstSample: UInt64 = 0

    /// A scanner for a stream from its first byte on, whose frames decode to `samplesPerFrame` samples each: 1024, or 2048 with SBR,
    /// which only a decoder detects.
    public init(samplesPerFrame: Int) {
        self.samplesPerFrame = samplesPerFrame
    }

    /// Takes in the next bytes of the stream and returns the frames that are now complete.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [CodedFrame] {
        buffer.append(contentsOf: bytes)
        return try scan(isAtEnd: false)
    }

    /// Ends the stream and returns the remaining frames.
    public mutating func finish() throws(AudioCodingError) -> [CodedFrame] {
        try scan(isAtEnd: true)
    }

    private mutating func scan(isAtEnd: Bool) throws(AudioCodingError) -> [CodedFrame] {
        var frames: [CodedFrame] = []
        var position = 0
        skipTags(&position, isAtEnd: isAtEnd)
        while !isAtFront, position < buffer.count {
            // The buffer must reach to the end of the stream, or beyond the longest frame and the header behind it.
            let available = buffer.count - position
            guard isAtEnd || available >= ADTSHeader.frameByteCountLimit + ADTSHeader.maximumByteCount else { break }
            guard let header = header(at: position), isConfirmed(header, at: position) else {
                position += 1
                skippedByteCount += 1
                continue
            }
            guard header.rawDataBlockCount == 1 else {
                throw AudioCodingError(
                    .aac, "ADTS frames of \(header.rawDataBlockCount) raw data blocks are not supported",
                    at: offset + UInt64(position))
            }
            firstHeader = firstHeader ?? header
            frames.append(
                CodedFrame(
                    offset: offset + UInt64(position), byteCount: header.frameByteCount, firstSample: firstSample,
                    sampleCount: samplesPerFrame))
            firstSample += UInt64(samplesPerFrame)
            position += header.frameByteCount
        }
        buffer.removeFirst(position)
        offset += UInt64(position)
        return frames
    }

    /// Moves `position` past tags at the front of the stream, as far as the buffer reaches.
    private mutating func skipTags(_ position: inout Int, isAtEnd: Bool) {
        while isAtFront {
            let skipped = min(tagRemaining, buffer.count - position)
            position += skipped
            tagRemaining -= skipped
            guard tagRemaining == 0, isAtEnd || buffer.count - position >= ID3v2.headerByteCount else { return }
            guard let tag = ID3v2.byteCount(of: buffer[position...]) else {
                isAtFront = false
                return
            }
            tagRemaining = tag
        }
    }

    /// The header at `position`; nil if there is none of this stream.
    private func header(at position: Int) -> ADTSHeader? {
        let header = buffer.withUnsafeBytes { ADTSHeader.parse(UnsafeRawBufferPointer(rebasing: $0[position...])) }
        guard let header, header.fixedBits == firstHeader?.fixedBits ?? header.fixedBits else { return nil }
        return header
    }

    /// Whether the frame at `position` with `header` ends where the stream ends, or where another frame begins.
    private func isConfirmed(_ header: ADTSHeader, at position: Int) -> Bool {
        let end = position + header.frameByteCount
        guard end < buffer.count else { return end == buffer.count }
        return self.header(at: end)?.fixedBits == header.fixedBits
    }
}
