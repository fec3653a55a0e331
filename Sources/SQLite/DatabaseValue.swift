/// A value of a column.
public enum DatabaseValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    /// The integer, if it is one.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The text, if it is one.
    public var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    /// The bytes, if it is a blob.
    public var blob: [UInt8]? {
        guard case .blob(let value) = self else { return nil }
        return value
    }

    /// A text, or null for nil.
    public init(_ text: String?) {
        self = text.map(DatabaseValue.text) ?? .null
    }

    /// An integer with the same 64 bits as `number`, or null for nil.
    public init(_ number: UInt64?) {
        self = number.map { .integer(Int64(bitPattern: $0)) } ?? .null
    }
}
