import Support

/// The frames of a file that has nothing but frames and tags, MP3 or ADTS, each at its time: how many are missing between two of them
/// is estimated by the bytes there that belong to none.
public struct RawFrames {
    private static let pieceByteCount: UInt64 = 256 << 10

    /// The frames in order, with samples at `sampleRate`.
    let frames: [CodedFrame]
    /// Samples of one channel a second that the frames are counted in.
    let sampleRate: UInt32
    /// Which of the samples are the recording.
    public let heard: Range<UInt64>
    /// Samples of one channel that the file announces; nil if it does not.
    public let announcedSampleCount: UInt64?
    /// Bytes between frames that belong to none.
    public let foreignByteCount: UInt64
    /// Bytes behind the last frame that are neither frame nor tag.
    let trailingByteCount: UInt64
    /// Frames whose sound is not there; nil if there are none.
    let blankFrames: BlankFrames?
    /// The samples, of those of all frames, at which another file begins that was joined to the first.
    let joints: [UInt64]
    /// Frames that seem to be missing between others.
    public let missingFrameCount: UInt64

    /// The frames of `stream`, an MP3 file of `layout`.
    public init(of stream: CodedStream, _ layout: MP3Layout) throws(AudioCodingError) {
        var scanner = MP3FrameScanner(layout)
        let found = try Self.frames(of: stream, from: layout.firstFrameOffset, by: &scanner, .mp3)
        // Without its last frame, the file may have lost others at its end.
        let isWhole = found.last.map { $0.offset + UInt64($0.byteCount) <= layout.endOffset } ?? false
        let frames = scanner.holes.placed(found, total: isWhole ? layout.announcedFrameCount : nil)
        let perFrame = UInt64(layout.header.samplesPerFrame)
        let frameCount = Self.count(frames, perFrame)
        let all = 0..<(frameCount.multiplied(by: perFrame) ?? .max)
        heard = (try? layout.trim.heard(frameCount: frameCount, samplesPerFrame: Int(perFrame))) ?? all
        announcedSampleCount = layout.announcedSampleCount(frameCount)
        sampleRate = layout.header.sampleRate
        missingFrameCount = frameCount.subtracting(UInt64(frames.count)) ?? 0
        foreignByteCount = scanner.holes.byteCount
        trailingByteCount = scanner.trailingByteCount
        blankFrames = scanner.blankFrames
        joints = scanner.joints
        self.frames = frames
    }

    /// The frames of `stream`, an ADTS file.
    init(ofADTS stream: CodedStream) throws(AudioCodingError) {
        let perFrame = AACEncoder.samplesPerFrame
        var scanner = ADTSScanner(samplesPerFrame: perFrame, acceptsBeforeForeignBytes: true)
        let found = try Self.frames(of: stream, from: 0, by: &scanner, .aac)
        guard let first = scanner.firstHeader else { throw AudioCodingError(.aac, "the stream has no ADTS frame") }
        let frames = scanner.holes.placed(found, total: nil)
        let frameCount = Self.count(frames, UInt64(perFrame))
        heard = 0..<(frameCount.multiplied(by: UInt64(perFrame)) ?? .max)
        announcedSampleCount = nil
        sampleRate = first.sampleRate
        missingFrameCount = frameCount.subtracting(UInt64(frames.count)) ?? 0
        foreignByteCount = scanner.holes.byteCount
        trailingByteCount = scanner.holes.trailingByteCount(of: scanner.skippedByteCount)
        blankFrames = nil
        joints = scanner.joints
        self.frames = frames
    }

    /// What is wrong with the file, apart from frames that are missing.
    public var damage: MediaDamage {
        var damage = MediaDamage()
        damage.foreignByteCount = foreignByteCount
        damage.trailingByteCount = trailingByteCount
        damage.blankFrames = blankFrames
        damage.joints = joints.map { $0.subtracting(heard.lowerBound) ?? 0 }
        return damage
    }

    /// How many `frames` there are, those that are missing between them included.
    private static func count(_ frames: [CodedFrame], _ samplesPerFrame: UInt64) -> UInt64 {
        frames.last.map { $0.firstSample / samplesPerFrame + 1 } ?? 0
    }

    private static func frames(
        of stream: CodedStream, from start: UInt64, by scanner: inout some FrameScanner, _ codec: AudioCodingError.Codec
    ) throws(AudioCodingError) -> [CodedFrame] {
        var frames: [CodedFrame] = []
        for offset in stride(from: start, to: stream.byteCount, by: Int(pieceByteCount)) {
            let piece = try stream.bytes(from: offset, atMost: Int(pieceByteCount), of: codec)
            // Rethrown with its type.
            let found = piece.withUnsafeBytes { bytes in
                Result { () throws(AudioCodingError) in try scanner.consume(bytes) }
            }
            frames += try found.get()
        }
        return try frames + scanner.finish()
    }
}
