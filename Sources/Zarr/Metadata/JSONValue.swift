/// Any JSON value, for attributes that are passed on as they are.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A whole number that only `UInt64` holds.
    case unsigned(UInt64)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: Codable {
    /// Reads whatever value there is.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // The most frequent kinds come first: each attempt that fails makes an error, which takes time.
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let object = try? value.decode([String: JSONValue].self) {
            self = .object(object)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let unsigned = try? value.decode(UInt64.self) {
            self = .unsigned(unsigned)
        } else {
            self = .number(try value.decode(Double.self))
        }
    }

    /// Writes the value. A number that is not finite, which JSON does not have, is written as `"NaN"`, `"Infinity"` or
    /// `"-Infinity"`, as fill values are.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .integer(let integer): try value.encode(integer)
        case .unsigned(let unsigned): try value.encode(unsigned)
        case .number(let number) where number.isNaN: try value.encode("NaN")
        case .number(let number) where number.isInfinite: try value.encode(number < 0 ? "-Infinity" : "Infinity")
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .array(let array): try value.encode(array)
        case .object(let object): try value.encode(object)
        }
    }
}
