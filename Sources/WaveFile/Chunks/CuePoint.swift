/// A mark in the sound: a point, or a region that begins there.
public struct CuePoint: Sendable, Equatable {
    /// The number that its label and its length refer to it by, unique in a file.
    public var identifier: UInt32
    /// The sample that it is at.
    public var sample: UInt64
    /// Samples of the region; nil if it is a point.
    public var sampleCount: UInt64?
    /// What the region is for, four characters; nil if it is a point.
    public var purpose: String?
    /// Its name.
    public var label: String?
    /// A comment.
    public var note: String?
    /// The text of the region.
    public var text: String?

    /// A point without a name.
    public init(identifier: UInt32, sample: UInt64) {
        self.identifier = identifier
        self.sample = sample
    }

    /// The same at another sample.
    func moved(to sample: UInt64) -> CuePoint {
        var point = self
        point.sample = sample
        return point
    }

    /// The same in a file that has only the samples `range`; nil if it does not begin within them. A region ends at the file's end.
    func clipped(to range: Range<UInt64>) -> CuePoint? {
        guard range.contains(sample) else { return nil }
        var point = moved(to: sample - range.lowerBound)
        point.sampleCount = sampleCount.map { min($0, range.upperBound - sample) }
        return point
    }
}
