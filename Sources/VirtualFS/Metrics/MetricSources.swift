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
    /// The names of the measures that confine the program, each with its level, 0 if it is not in force.
    public var confinement: [(measure: String, level: Int)] = []

    /// What the confined program may reach besides its own memory, by what it may do with it.
    public var reachable: [(right: String, what: String)] = []

    /// Sources that have counted nothing.
    public init() {}
}
