/// Finds the frames of an ADTS stream that is handed to it piece by piece.
///
/// A frame is believed when the next one's header, or the end of the stream, stands where it ends. Where none does, bytes are
/// left out up to the next place where that holds. ID3v2 tags at the front are passed over.
///
/// Nothing in a frame says which samples are its own, so they are counted: after damage, the samples that follow move up.
public struct ADTSScanner: FrameScanner {
    /// How many bytes were left out so far as they belong to no frame, tags at the front apart.
    public private(set) var skippedByteCount: UInt64 = 0
    /// The header of the first frame, as soon as there is one; the others have the same rate and channels.
    public private(set) var firstHeader: ADTSHeader?

    private let samplesPerFrame: Int
    /// Bytes not gone through yet, and the offset of the first.
    private var buffer: [UInt8] = []
    private var offset: UInt64 = 0
    /// Bytes of a tag still to be passed over.
    private var tagRemaining = 0
    private var isAtFront = true
    private var firstSample: UInt64 = 0

    /// A scanner for a stream from its first byte on, each of whose frames decodes to `samplesPerFrame` samples: 1024, or
    /// 2048 with SBR, which only a decoder can tell.
    public init(samplesPerFrame: Int) {
        self.samplesPerFrame = samplesPerFrame
    }

    /// Takes in the next bytes of the stream and returns the frames that are complete by now.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [CodedFrame] {
        buffer.append(contentsOf: bytes)
        return try scan(isAtEnd: false)
    }

    /// Says that the stream ends here and returns the frames left.
    public mutating func finish() throws(AudioCodingError) -> [CodedFrame] {
        try scan(isAtEnd: true)
    }

    private mutating func scan(isAtEnd: Bool) throws(AudioCodingError) -> [CodedFrame] {
        var frames: [CodedFrame] = []
        var position = 0
        passTags(&position, isAtEnd: isAtEnd)
        while !isAtFront, position < buffer.count {
            // The longest frame and the header behind it must be in sight, or the end.
            let inSight = buffer.count - position
            guard isAtEnd || inSight >= ADTSHeader.frameByteCountLimit + ADTSHeader.maximumByteCount else { break }
            guard let header = header(at: position), isBelieved(header, at: position) else {
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

    /// Moves `position` past tags at the front of the stream, as far as the buffer goes.
    private mutating func passTags(_ position: inout Int, isAtEnd: Bool) {
        while isAtFront {
            let passed = min(tagRemaining, buffer.count - position)
            position += passed
            tagRemaining -= passed
            guard tagRemaining == 0, isAtEnd || buffer.count - position >= ID3v2.headerByteCount else { return }
            guard let tag = ID3v2.byteCount(of: buffer[position...]) else {
                isAtFront = false
                return
            }
            tagRemaining = tag
        }
    }

    /// The header at `position`, if it is one of this stream.
    private func header(at position: Int) -> ADTSHeader? {
        let header = buffer.withUnsafeBytes { ADTSHeader.parse(UnsafeRawBufferPointer(rebasing: $0[position...])) }
        guard let header, header.fixedBits == firstHeader?.fixedBits ?? header.fixedBits else { return nil }
        return header
    }

    /// Whether the frame that `header` announces at `position` ends where the stream does, or where another begins.
    private func isBelieved(_ header: ADTSHeader, at position: Int) -> Bool {
        let end = position + header.frameByteCount
        guard end < buffer.count else { return end == buffer.count }
        return self.header(at: end)?.fixedBits == header.fixedBits
    }
}
