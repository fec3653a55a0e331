import Support

/// Finds the frames of an MP3 stream that is handed to it piece by piece.
///
/// A frame is believed if it begins where the one before ends, or if another one of its kind, or the end of the sound, stands
/// where it ends. Elsewhere bytes are left out. Tags among the frames are passed over.
///
/// Nothing in a frame says which samples are its own, so they are counted: after damage, the samples that follow move up.
public struct MP3FrameScanner: FrameScanner {
    /// Bytes that must be in sight: two frames, the header behind them, and the front of a tag.
    private static let lookahead = 2 * MP3Header.frameByteCountLimit + max(MP3Header.byteCount, MP3Tags.headByteCount)

    /// How many bytes were left out so far as they belong neither to a frame nor to a tag.
    public private(set) var skippedByteCount: UInt64 = 0

    /// Where bytes between two frames belong to neither.
    public private(set) var holes = FrameHoles()

    /// Bytes behind the last frame so far that are neither frame nor tag.
    public var trailingByteCount: UInt64 { holes.trailingByteCount(of: skippedByteCount) }

    /// The frames of layer III that hold nothing but zeros where their sound has to be; nil if there are none.
    public private(set) var blankFrames: BlankFrames?

    /// The samples at which another file begins that was joined to the first: where a tag stands between frames, or a frame with
    /// another header of LAME's or Xing's.
    public private(set) var joints: [UInt64] = []

    private let layout: MP3Layout
    /// Bytes not gone through yet, and the offset of the first.
    private var buffer: [UInt8] = []
    private var offset: UInt64
    /// Bytes of a tag still to be passed over.
    private var tagRemaining = 0
    /// Whether a tag stands before the next frame.
    private var followsTag = false
    /// Whether a frame, or a tag, has just ended.
    private var isAtBoundary = true
    private var firstSample: UInt64 = 0

    /// A scanner for the bytes of a stream from `layout.firstFrameOffset` on.
    public init(_ layout: MP3Layout) {
        self.layout = layout
        offset = layout.firstFrameOffset
    }

    /// Takes in the next bytes of the stream and returns the frames that are complete by now.
    ///
    /// Throws if version, layer, rate or channels change.
    public mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [CodedFrame] {
        buffer.append(contentsOf: bytes)
        return try scan(isAtEnd: false)
    }

    /// Says that the stream ends here and returns the frames left. The last one may be cut short.
    public mutating func finish() throws(AudioCodingError) -> [CodedFrame] {
        try scan(isAtEnd: true)
    }

    private mutating func scan(isAtEnd: Bool) throws(AudioCodingError) -> [CodedFrame] {
        var frames: [CodedFrame] = []
        var position = 0
        while position < buffer.count {
            let passed = min(tagRemaining, buffer.count - position)
            position += passed
            tagRemaining -= passed
            guard position < buffer.count, isAtEnd || buffer.count - position >= Self.lookahead else { break }
            let place = offset + UInt64(position)
            guard place < layout.endOffset else {
                position = buffer.count
                break
            }
            if isAtBoundary, let tag = MP3Tags.byteCount(of: buffer[position...]) {
                tagRemaining = tag
                followsTag = true
            } else if let header = try header(at: position), isBelieved(header, at: position) {
                let byteCount = min(header.frameByteCount, Int(clamping: layout.byteCount - place))
                frames.append(
                    CodedFrame(
                        offset: place, byteCount: byteCount, firstSample: firstSample,
                        sampleCount: header.samplesPerFrame))
                holes.addFrame(after: skippedByteCount)
                noteJoint(before: buffer[position...].prefix(byteCount), header)
                let (frame, next) = (buffer[position...].prefix(byteCount), buffer[position...].dropFirst(byteCount))
                if MP3SideInformation.isBlank(frame, header, before: next) {
                    blankFrames.add(at: firstSample, sampleCount: header.samplesPerFrame)
                }
                firstSample += UInt64(header.samplesPerFrame)
                position = min(position + byteCount, buffer.count)
                isAtBoundary = true
            } else {
                position += 1
                skippedByteCount += 1
                isAtBoundary = false
            }
        }
        buffer.removeFirst(position)
        offset += UInt64(position)
        return frames
    }

    /// Notes that another file begins with `frame`, if it seems so. What the first frame follows is the file's own.
    private mutating func noteJoint(before frame: ArraySlice<UInt8>, _ header: MP3Header) {
        if firstSample > 0, followsTag || MP3InfoFrame.isLikely(frame, header) { joints.append(firstSample) }
        followsTag = false
    }

    /// The header at `position`, if it is one of this stream. Throws if it is the first of three in a row of another.
    private func header(at position: Int) throws(AudioCodingError) -> MP3Header? {
        guard let header = MP3Header.parse(at: position, in: buffer), header.hasLength else { return nil }
        guard !header.agrees(with: layout.header) else { return header }
        guard header.begins(frames: 3, at: position, in: buffer) else { return nil }
        throw .formChange(
            .mp3, from: layout.header.summary, to: header.summary, at: offset + UInt64(position))
    }

    /// Whether what `header` announces at `position` is a frame.
    private func isBelieved(_ header: MP3Header, at position: Int) -> Bool {
        let end = position + header.frameByteCount
        return isAtBoundary || offset + UInt64(end) == layout.endOffset
            || MP3Header.parse(at: end, in: buffer)?.agrees(with: header) == true
    }
}
