/// A value of a column.
public enum DatabaseValue: Sendable, Equatable {
    case null
    case integer(Int64)
    /// Not NaN, which SQLite keeps as null.
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// The integer, if it is one.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The floating-point number, if it is one.
    public var real: Double? {
        guard case .real(let value) = self else { return nil }
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

    /// An integer whose 64 bits are those of `number`.
    public init(_ number: UInt64) {
        self = .integer(Int64(bitPattern: number))
    }
}
