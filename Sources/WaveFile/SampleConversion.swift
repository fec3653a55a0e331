/// Converts samples of a WAV file from one encoding to another.
///
/// Integers of n bits stand for numbers from -1 up to 1 in steps of 2^(1-n), after 128 is subtracted from 8-bit ones; floats stand
/// for themselves. The result is the nearest number that the target can hold, ties to even; integers are clipped, and NaN becomes
/// 0. There is no dithering. A conversion to an integer of more bits and back loses nothing.
public struct SampleConversion: Sendable {
    private let source: SampleEncoding
    private let target: SampleEncoding

    /// A conversion of `source` samples to `target` ones.
    public init(from source: SampleEncoding, to target: SampleEncoding) {
        self.source = source
        self.target = target
    }

    /// The samples in `bytes`, converted. Bytes behind the last whole sample are left out.
    public func convert(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let count = bytes.count / source.bytes
        if source == target { return Array(bytes.prefix(count * source.bytes)) }
        return [UInt8](unsafeUninitializedCapacity: count * target.bytes) { output, initialized in
            let output = UnsafeMutableRawBufferPointer(output)
            for index in 0..<count {
                write(value(bytes, at: index * source.bytes), to: output, at: index * target.bytes)
            }
            initialized = count * target.bytes
        }
    }

    /// The number at byte `offset`, which is exact, since a double holds the values of all encodings.
    private func value(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
        func integer<T: FixedWidthInteger>(_ type: T.Type) -> T {
            T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        switch source {
        case .unsigned8: return Double(Int(bytes[offset]) - 128) * 0x1p-7
        case .integer16: return Double(integer(Int16.self)) * 0x1p-15
        case .integer24:
            let low = Int32(bytes[offset]) | Int32(bytes[offset + 1]) << 8
            return Double(low | Int32(Int8(bitPattern: bytes[offset + 2])) << 16) * 0x1p-23
        case .integer32: return Double(integer(Int32.self)) * 0x1p-31
        case .float32: return Double(Float(bitPattern: integer(UInt32.self)))
        case .float64: return Double(bitPattern: integer(UInt64.self))
        }
    }

    private func write(_ value: Double, to output: UnsafeMutableRawBufferPointer, at offset: Int) {
        switch target {
        case .unsigned8: output[offset] = UInt8(truncatingIfNeeded: Self.integer(value * 0x1p7, 0x1p7) + 128)
        case .integer16:
            let sample = Int16(truncatingIfNeeded: Self.integer(value * 0x1p15, 0x1p15))
            output.storeBytes(of: sample.littleEndian, toByteOffset: offset, as: Int16.self)
        case .integer24:
            let sample = Self.integer(value * 0x1p23, 0x1p23)
            for byte in 0..<3 { output[offset + byte] = UInt8(truncatingIfNeeded: sample >> (8 * byte)) }
        case .integer32:
            let sample = Int32(truncatingIfNeeded: Self.integer(value * 0x1p31, 0x1p31))
            output.storeBytes(of: sample.littleEndian, toByteOffset: offset, as: Int32.self)
        case .float32:
            let bits = (value.isNaN ? 0 : Float(value)).bitPattern
            output.storeBytes(of: bits.littleEndian, toByteOffset: offset, as: UInt32.self)
        case .float64:
            let bits = (value.isNaN ? 0 : value).bitPattern
            output.storeBytes(of: bits.littleEndian, toByteOffset: offset, as: UInt64.self)
        }
    }

    /// The integer nearest to `scaled` in `-limit..<limit`; 0 for NaN.
    private static func integer(_ scaled: Double, _ limit: Double) -> Int {
        guard !scaled.isNaN else { return 0 }
        return Int(min(max(scaled.rounded(.toNearestOrEven), -limit), limit - 1))
    }
}
