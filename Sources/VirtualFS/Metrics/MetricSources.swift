public import Recordings
public import Support

/// What the metrics of a mount are taken from, besides its volume.
public struct MetricSources: Sendable {
    /// What decoded samples and chunks are kept in.
    public var cache = BlockCache(budget: 0)
    /// What counts decoding.
    public var decoding = DecodeCounters()
    /// The version of the program.
    public var version = ""
    /// The path of the store.
    public var store = ""

    /// Nothing but zeros.
    public init() {}
}
