import AudioCoding

/// What finding the frames of a stream needs to know of their codec, and of the stream's head.
protocol FrameFormat: Sendable {
    associatedtype Scanner: FrameScanner

    /// The array beside the audio that says where the frames are.
    static var indexName: String { get }
    /// Whether the scanner never takes other bytes for a frame, so that it may go on past bytes that cannot be read.
    static var isDamageProof: Bool { get }
    /// The first byte of the stream that may belong to a frame.
    var firstFrameOffset: UInt64 { get }
    /// The byte before which every frame begins; nil if that is the end of the stream.
    var endOffset: UInt64? { get }
    /// Bytes that no frame exceeds.
    var frameByteCountLimit: Int { get }

    /// A scanner for the stream from `firstFrameOffset` on.
    func makeScanner() -> Scanner
}

extension FrameFormat {
    /// The stream's first byte.
    var firstFrameOffset: UInt64 { 0 }

    /// The end of the stream.
    var endOffset: UInt64? { nil }
}

/// Frames that do not say which samples are theirs, so that they are counted. Each decodes to as many samples as any other, and
/// its header says how long it is.
protocol CountedFrameFormat: FrameFormat {
    /// The codec, for errors.
    static var codec: AudioCodingError.Codec { get }
    /// What a frame is called, for errors.
    static var frameName: String { get }
    /// Bytes of the longest header.
    static var headerByteCount: Int { get }
    /// Samples of one channel that every frame decodes to, as the scanner counts them.
    var samplesPerFrame: Int { get }

    /// How many bytes the frame has that begins at byte `offset` of the stream; nil if none of this stream does. `bytes` are the
    /// first from there on, of its header at least, unless the stream ends before.
    func frameByteCount(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int?
}
