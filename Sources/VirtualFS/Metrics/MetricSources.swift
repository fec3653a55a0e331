public import Recordings
public import Support

/// The sources of a mount's metrics besides its volume.
public struct MetricSources: Sendable {
    /// The cache of decoded samples and chunks.
    public var cache = BlockCache(budget: 0)
    /// The counters of what is decoded.
    public var decoding = DecodeCounters()
    /// The version of the program.
    public var version = ""
    /// The path of the store.
    public var store = ""

    /// Sources that have counted nothing.
    public init() {}
}
