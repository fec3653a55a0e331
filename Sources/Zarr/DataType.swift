/// The type of an array's elements: the data types of the Zarr v3 core specification.
public enum DataType: Sendable, Hashable {
    case bool
    case int8, int16, int32, int64
    case uint8, uint16, uint32, uint64
    case float16, float32, float64
    case complex64, complex128
    /// This many opaque bytes; named `r8`, `r16` … by the number of their bits.
    case raw(bytes: Int)

    /// What the bits of an element mean.
    enum Kind: Sendable {
        case bool, signedInteger, unsignedInteger, float, complex, raw
    }

    /// What the bits of an element mean.
    var kind: Kind {
        switch self {
        case .bool: .bool
        case .int8, .int16, .int32, .int64: .signedInteger
        case .uint8, .uint16, .uint32, .uint64: .unsignedInteger
        case .float16, .float32, .float64: .float
        case .complex64, .complex128: .complex
        case .raw: .raw
        }
    }

    /// Bytes of one element.
    public var itemSize: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64, .complex64: 8
        case .complex128: 16
        case .raw(let bytes): bytes
        }
    }

    /// Bytes of the numbers that an element consists of, which are reversed if they are big-endian: half of a complex element,
    /// one byte if the element is no number.
    var numberSize: Int {
        switch kind {
        case .complex: itemSize / 2
        case .raw: 1
        default: itemSize
        }
    }

    private static let named: [String: DataType] = [
        "bool": .bool, "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64,
        "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
        "float16": .float16, "float32": .float32, "float64": .float64,
        "complex64": .complex64, "complex128": .complex128,
    ]

    /// A raw element is held in memory as the fill value, so its size has a bound.
    private static let maximumRawBytes = 65_536

    /// The type of that name; nil if it is not supported.
    init?(name: String) {
        if let type = Self.named[name] {
            self = type
        } else if name.first == "r", let bits = UInt32(name.dropFirst()), name == "r\(bits)", bits > 0, bits % 8 == 0,
            Int(bits / 8) <= Self.maximumRawBytes
        {
            self = .raw(bytes: Int(bits / 8))
        } else {
            return nil
        }
    }
}
