import Support

/// Decodes some frames of a stream of counted frames to what a fresh decoder gives.
protocol FrameGroupDecoder: Sendable {
    associatedtype Format: CountedFrameFormat

    /// Samples of one channel that every frame decodes to.
    var samplesPerFrame: UInt64 { get }

    /// How many of the frames before the frame `number` a fresh decoder must be given first, so that the samples from `number` on
    /// do not depend on where it began; at most `number`. `frameByteCount` gives the bytes of a frame that is among them.
    func preRollCount(before number: UInt64, frameByteCount: (UInt64) throws -> Int) rethrows -> UInt64

    /// The samples of the frames `coded`, but for the first `preRollCount`, which only bring the decoder into its state.
    /// `isFromStart` says that the stream begins with them.
    func decode(
        _ coded: [UnsafeRawBufferPointer], droppingFirst preRollCount: Int, isFromStart: Bool
    ) throws -> Block
}
