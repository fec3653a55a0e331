public import Support

/// What the user says about the starts of sources.
public struct StartRules: Sendable {
    /// The start of sources whose start is not known otherwise.
    public var fallback: Timestamp?
    /// The start, whatever the source says.
    public var override: Timestamp?
    /// The zone of the clock that wrote times without an offset; nil if that is not known.
    public var zone: ClockZone?
    /// Nanoseconds to add to every start but `override`, since the clock was wrong by as much.
    public var shiftNanoseconds: Int64 = 0
    /// Whether times are taken from clocks that were never set.
    public var trustsClock = false

    /// No rules: a start is what the source says.
    public init() {}
}
