import AudioCoding
import Support

/// Decodes frames of one AAC stream in ADTS.
///
/// Each time that is done by a fresh decoder, unless all frames are certain to leave nothing behind: then one that has decoded nothing but such
/// frames gives the same samples. Which of the two it is follows from the frames, and from the version of libavcodec.
///
/// One frame of pre-roll fills the overlap that the first frame needs; only a stream with noise substitution decodes otherwise
/// from its start, since the noise is drawn from a generator that runs on.
struct AACGroupDecoder: FrameGroupDecoder {
    typealias Format = ADTSFormat

    /// Frames that are decoded to learn the format of the stream: SBR may be set up a few frames in.
    private static let formatFrameCount = 4
    /// Frames before a unit that SBR draws on.
    private static let preRollOfSBR: UInt64 = 8

    /// What the decoder yields.
    let format: AACFormat
    /// The first frame, for streams that say only there how they are to be decoded.
    private let setUpFrame: [UInt8]?
    private let preRoll: UInt64
    private let decoders: AACDecoders

    /// The frames at the front of the stream in `blob`, as many as `init` needs.
    static func firstFrames(of blob: CodedBlob) throws -> [CodedFrame] {
        try CountedFrames.first(formatFrameCount, of: blob, ADTSFormat())
    }

    /// A decoder of the stream in `blob` that begins with `first`, which it decodes to learn what they yield. It uses `decoders`.
    init(_ first: [CodedFrame], in blob: CodedBlob, _ decoders: AACDecoders) throws {
        self = try blob.withBytes(of: first.map(\.bytes)) { try AACGroupDecoder($0, decoders) }
    }

    private init(_ first: [UnsafeRawBufferPointer], _ decoders: AACDecoders) throws {
        self.decoders = decoders
        format = try AACDecoder.format(of: first)
        let configuration = first.first.flatMap { ADTSHeader.parse($0) }?.channelConfiguration
        let hasSBR = format.samplesPerFrame > 1024
        setUpFrame = hasSBR || configuration == 0 ? first.first.map { Array($0) } : nil
        // SBR draws on more than the frame before.
        preRoll = hasSBR ? Self.preRollOfSBR : 1
    }

    var samplesPerFrame: UInt64 { UInt64(format.samplesPerFrame) }

    func preRollCount(before number: UInt64, frameByteCount: (UInt64) throws -> Int) -> UInt64 { min(preRoll, number) }

    func decode(
        _ coded: [UnsafeRawBufferPointer], droppingFirst preRollCount: Int, isFromStart: Bool
    ) throws -> Block {
        // A decoder that has been used is right behind pre-roll only.
        if AACDecoder.canRestart, preRollCount > 0, setUpFrame == nil, let form = AACNoiselessForm(of: coded) {
            return try decoders.withDecoder(for: form) { try decode(coded, droppingFirst: preRollCount, by: $0) }
        }
        let decoder = try decoders.fresh()
        if !isFromStart, let setUpFrame { try setUpFrame.withUnsafeBytes { try decoder.setUp(by: $0) } }
        return try decode(coded, droppingFirst: preRollCount, by: decoder)
    }

    private func decode(
        _ coded: [UnsafeRawBufferPointer], droppingFirst preRollCount: Int, by decoder: AACDecoder
    ) throws -> Block {
        let frameByteCount = format.frameByteCount
        return try Block(count: max(coded.count - preRollCount, 1) * frameByteCount) { samples in
            for (number, frame) in coded.enumerated() {
                // Pre-roll is decoded to where the first frame's samples will be.
                let start = max(number - preRollCount, 0) * frameByteCount
                let target = UnsafeMutableRawBufferPointer(rebasing: samples[start..<start + frameByteCount])
                _ = try decoder.decode(frame, into: target)
                guard decoder.format == format else {
                    throw AudioCodingError(.aac, "a frame decodes to another format than the first")
                }
            }
        }
    }
}
