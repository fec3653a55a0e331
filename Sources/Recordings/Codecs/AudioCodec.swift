/// The name of a codec of the registry: what stores and users call it. Each is declared in its codec's folder.
public struct AudioCodec: RawRepresentable, Hashable, Sendable {
    /// The name.
    public let rawValue: String

    /// The codec called `rawValue`; nil if the registry has none of that name.
    public init?(rawValue: String) {
        guard CodecRegistry.all.contains(where: { $0.name.rawValue == rawValue }) else { return nil }
        self.rawValue = rawValue
    }

    /// The name of a codec, for it to declare.
    init(_ name: String) {
        rawValue = name
    }
}

extension AudioCodec: CustomStringConvertible {
    /// The name.
    public var description: String { rawValue }
}
