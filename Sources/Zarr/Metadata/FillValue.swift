/// The value of the elements of absent chunks.
struct FillValue {
    /// The bytes of one element; numbers are little-endian.
    let bytes: [UInt8]

    /// The value of each of `bytes`, if they are all the same.
    let uniformByte: UInt8?

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        uniformByte = bytes.allSatisfy { $0 == bytes.first } ? bytes.first : nil
    }

    /// Reads the fill value of an array of `dataType`; null, which older writers used, is zero.
    init(_ decoder: any Decoder, dataType: DataType) throws {
        let value = try decoder.singleValueContainer()
        guard !value.decodeNil() else {
            self.init(bytes: Array(repeating: 0, count: dataType.itemSize))
            return
        }
        self.init(bytes: try Self.bytes(of: value, dataType))
        guard bytes.count == dataType.itemSize else {
            throw DocumentProblem(
                .invalidDocument, "fill_value makes \(bytes.count) bytes, the data type has \(dataType.itemSize)")
        }
    }

    private static func bytes(of value: any SingleValueDecodingContainer, _ type: DataType) throws -> [UInt8] {
        switch type.kind {
        case .bool:
            return [try value.decode(Bool.self) ? 1 : 0]
        case .signedInteger:
            let number = try value.decode(Int64.self)
            let spare = Int64.bitWidth - type.itemSize * 8
            guard (number << spare) >> spare == number else {
                throw DocumentProblem(.invalidDocument, "fill_value \(number) does not fit the data type")
            }
            return littleEndian(UInt64(bitPattern: number), type.itemSize)
        case .unsignedInteger:
            let number = try value.decode(UInt64.self)
            let spare = UInt64.bitWidth - type.itemSize * 8
            guard (number << spare) >> spare == number else {
                throw DocumentProblem(.invalidDocument, "fill_value \(number) does not fit the data type")
            }
            return littleEndian(number, type.itemSize)
        case .float:
            return try value.decode(FloatFill.self).bytes(type.itemSize)
        case .complex:
            let parts = try value.decode([FloatFill].self)
            guard parts.count == 2 else {
                throw DocumentProblem(.invalidDocument, "fill_value of a complex type must be [real, imaginary]")
            }
            return try parts.flatMap { try $0.bytes(type.numberSize) }
        case .raw:
            return try value.decode([UInt8].self)
        }
    }

    fileprivate static func littleEndian(_ bits: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }
}

/// A floating-point number as fill values write it: a JSON number, `"NaN"`, `"Infinity"`, `"-Infinity"`, or its bits in
/// hexadecimal, highest first.
private enum FloatFill: Decodable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .text(text)
        } else {
            self = .number(try value.decode(Double.self))
        }
    }

    /// The number's bits, little-endian, as a float of `size` bytes.
    func bytes(_ size: Int) throws -> [UInt8] {
        FillValue.littleEndian(try bits(size), size)
    }

    private func bits(_ size: Int) throws -> UInt64 {
        switch self {
        case .number(let number): return Self.bits(of: number, size)
        case .text("NaN"): return Self.bits(of: .nan, size)
        case .text("Infinity"): return Self.bits(of: .infinity, size)
        case .text("-Infinity"): return Self.bits(of: -.infinity, size)
        case .text(let text):
            guard text.hasPrefix("0x"), text.utf8.count == 2 + 2 * size,
                text.utf8.dropFirst(2).allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let bits = UInt64(text.dropFirst(2), radix: 16)
            else {
                throw DocumentProblem(.invalidDocument, "fill_value \"\(text)\" is no float of \(8 * size) bits")
            }
            return bits
        }
    }

    private static func bits(of number: Double, _ size: Int) -> UInt64 {
        switch size {
        case 2: UInt64(Float16(number).bitPattern)
        case 4: UInt64(Float(number).bitPattern)
        default: number.bitPattern
        }
    }
}
