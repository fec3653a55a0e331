import AudioCoding

/// What finding the frames of a stream needs to know of their codec.
protocol FrameFormat: Sendable {
    associatedtype Scanner: FrameScanner

    /// The array beside the audio that says where the frames are.
    static var indexName: String { get }
    /// Whether the scanner never takes other bytes for a frame, so that it may go on past bytes that cannot be read.
    static var isDamageProof: Bool { get }
    /// The first byte of the stream that may belong to a frame.
    var firstFrameOffset: UInt64 { get }
    /// Bytes that no frame exceeds.
    var frameByteCountLimit: Int { get }

    /// A scanner for the stream from `firstFrameOffset` on.
    func makeScanner() -> Scanner
}

extension FrameFormat {
    /// The stream's first byte.
    var firstFrameOffset: UInt64 { 0 }
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

    /// How many bytes the frame has whose header is at the front of `bytes`; nil if there is none.
    static func frameByteCount(_ bytes: UnsafeRawBufferPointer) -> Int?
}
