/// Finds the frames of an ADTS stream that comes piece by piece.
///
/// A frame is accepted if the header of the next frame, or the end of the stream, is where it ends. Otherwise bytes are skipped up
/// to the next frame for which that holds. ID3v2 tags at the front are skipped.
///
/// A scanner that accepts frames before foreign bytes takes a header also if it is where the frame before ends, unless a frame
/// that is accepted otherwise begins within what it announces.
///
/// A frame does not say which samples are its own, so they are counted: after damage, all following samples come too early.
public struct ADTSScanner: FrameScanner {
    /// Bytes skipped so far because they belong to no frame; tags at the front do not count.
    public private(set) var skippedByteCount: UInt64 = 0
    /// The header of the first frame, once it is found; all others have the same rate and channels.
    public private(set) var firstHeader: ADTSHeader?

    /// Where bytes between two frames belong to neither.
    private(set) var holes = FrameHoles()

    /// The samples at which another file begins that was joined to the first: where a tag stands between frames. Nothing shows the joint
    /// of files without tags.
    private(set) var joints: [UInt64] = []

    private let samplesPerFrame: Int
    private let acceptsBeforeForeignBytes: Bool
    /// Bytes not scanned yet, and the offset of the first.
    private var buffer: [UInt8] = []
    private var offset: UInt64 = 0
    /// Bytes of a tag still to be skipped.
    private var tagRemaining = 0
    /// Whether a tag stands between the last frame and the next.
    private var followsTag = false
    private var isAtFront = true
    private var firstSample: UInt64 = 0
    /// Whether a frame has just ended.
    private var isAtBoundary = false

    /// A scanner for a stream from its first byte on, whose frames decode to `samplesPerFrame` samples each: 1024, or 2048 with SBR,
    /// which only a decoder detects.
    public init(samplesPerFrame: Int) {
        self.init(samplesPerFrame: samplesPerFrame, acceptsBeforeForeignBytes: false)
    }

    init(samplesPerFrame: Int, acceptsBeforeForeignBytes: Bool) {
        self.samplesPerFrame = samplesPerFrame
        self.acceptsBeforeForeignBytes = acceptsBeforeForeignBytes
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
            guard isAtEnd || available >= lookahead else { break }
            if passTag(&position) { continue }
            guard let header = try header(at: position, isAtEnd: isAtEnd) else {
                position += 1
                skippedByteCount += 1
                isAtBoundary = false
                continue
            }
            guard header.rawDataBlockCount == 1 else {
                throw AudioCodingError(
                    .aac, "ADTS frames of \(header.rawDataBlockCount) raw data blocks are not supported",
                    at: offset + UInt64(position))
            }
            firstHeader = firstHeader ?? header
            let byteCount = min(header.frameByteCount, available)
            frames.append(
                CodedFrame(
                    offset: offset + UInt64(position), byteCount: byteCount, firstSample: firstSample,
                    sampleCount: samplesPerFrame))
            holes.addFrame(after: skippedByteCount)
            if followsTag { joints.append(firstSample) }
            followsTag = false
            firstSample += UInt64(samplesPerFrame)
            position += byteCount
            isAtBoundary = true
        }
        buffer.removeFirst(position)
        offset += UInt64(position)
        return frames
    }

    /// Bytes that must be in sight: the longest frame and the header behind it, or two such.
    private var lookahead: Int {
        (acceptsBeforeForeignBytes ? 2 : 1) * ADTSHeader.frameByteCountLimit + ADTSHeader.maximumByteCount
    }

    /// Moves `position` past a tag, or a part of one, that follows a frame; false if there is none.
    private mutating func passTag(_ position: inout Int) -> Bool {
        guard acceptsBeforeForeignBytes else { return false }
        if tagRemaining == 0, isAtBoundary, let tag = MP3Tags.byteCount(of: buffer[position...]) {
            tagRemaining = tag
            followsTag = true
        }
        let passed = min(tagRemaining, buffer.count - position)
        position += passed
        tagRemaining -= passed
        return passed > 0
    }

    /// The header of the frame at `position`; nil if none is accepted there. Throws if another stream begins.
    private func header(at position: Int, isAtEnd: Bool) throws(AudioCodingError) -> ADTSHeader? {
        guard let header = header(at: position) else {
            try refuseChange(at: position)
            return nil
        }
        if isConfirmed(header, at: position) { return header }
        guard acceptsBeforeForeignBytes, isAtBoundary else { return nil }
        let end = min(position + header.frameByteCount, buffer.count)
        let isInterrupted = (position + 1..<end).contains { start in
            self.header(at: start).map { isConfirmed($0, at: start) } ?? false
        }
        return isInterrupted ? nil : header
    }

    /// Throws if two frames of another kind in a row begin at `position`, where a frame has ended.
    private func refuseChange(at position: Int) throws(AudioCodingError) {
        guard acceptsBeforeForeignBytes, isAtBoundary, let other = parsedHeader(at: position),
            let next = parsedHeader(at: position + other.frameByteCount), next.fixedBits == other.fixedBits,
            parsedHeader(at: position + other.frameByteCount + next.frameByteCount)?.fixedBits == other.fixedBits
        else { return }
        throw .formChange(
            .aac, from: firstHeader?.summary ?? "", to: other.summary, at: offset + UInt64(position))
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
        guard let header = parsedHeader(at: position), header.fixedBits == firstHeader?.fixedBits ?? header.fixedBits
        else { return nil }
        return header
    }

    private func parsedHeader(at position: Int) -> ADTSHeader? {
        guard position < buffer.count else { return nil }
        return buffer.withUnsafeBytes { ADTSHeader.parse(UnsafeRawBufferPointer(rebasing: $0[position...])) }
    }

    /// Whether the frame at `position` with `header` ends where the stream ends, or where another frame begins.
    private func isConfirmed(_ header: ADTSHeader, at position: Int) -> Bool {
        let end = position + header.frameByteCount
        guard end < buffer.count else { return end == buffer.count }
        return self.header(at: end)?.fixedBits == header.fixedBits
    }
}
