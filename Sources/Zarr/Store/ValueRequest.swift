/// A part of a value that is to be read, beside others.
public struct ValueRequest: Sendable, Equatable {
    /// The key of the value.
    public let key: String
    /// The part of it.
    public let part: ValuePart
    /// The version that the value is to have; nil for any. A store that can ask for a version throws `changed` if it is another one; the
    /// others may return any version, as the result says.
    public var version: UInt64?

    /// The part `part` of the value under `key`.
    public init(_ key: String, _ part: ValuePart, version: UInt64? = nil) {
        self.key = key
        self.part = part
        self.version = version
    }
}
