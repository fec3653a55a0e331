import Support

/// Frames whose headers are whole and whose sound is not there.
public struct BlankFrames: Sendable, Equatable {
    /// How many.
    public fileprivate(set) var count: UInt64 = 0
    /// Samples of one channel of all of them.
    public fileprivate(set) var sampleCount: UInt64 = 0
    /// The first sample of one channel of the first of them, from the first frame on.
    public let firstSample: UInt64
}

extension BlankFrames? {
    /// Adds a frame that begins at sample `firstSample`.
    mutating func add(at firstSample: UInt64, sampleCount: Int) {
        var frames = self ?? BlankFrames(firstSample: firstSample)
        frames.count += 1
        frames.sampleCount = frames.sampleCount.adding(UInt64(clamping: sampleCount)) ?? .max
        self = frames
    }
}
