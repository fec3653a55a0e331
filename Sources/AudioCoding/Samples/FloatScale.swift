import Support

/// A way to keep floats as integers without loss: each float is its integer times the same power of two. Such floats are what
/// programs make of integer samples.
public struct FloatScale: Sendable, Equatable {
    /// The format of the floats: `float32` or `float64`.
    public let format: SampleFormat
    /// The power: a float is its integer times 2^`exponent`.
    public let exponent: Int

    /// Powers that floats, and the products and quotients here, can have without overflow or loss.
    static let exponents = -1000...900

    private let step: Double

    /// Nil if `format` has no floats, or if no power of `exponent` is possible.
    public init?(format: SampleFormat, exponent: Int) {
        guard !format.isInteger, Self.exponents.contains(exponent) else { return nil }
        self.format = format
        self.exponent = exponent
        step = Double(sign: .plus, exponent: exponent, significand: 1)
    }

    /// Writes the floats of `integers`, each of `byteCount` bytes (2, 3 or 4), little-endian and signed, to the front of `floats`.
    /// As many are written as both have room for.
    public func write(
        floatsOf integers: UnsafeRawBufferPointer, byteCount: Int, to floats: UnsafeMutableRawBufferPointer
    ) {
        let count = min(integers.count / max(byteCount, 1), floats.count / format.byteCount)
        switch byteCount {
        case 2:
            write(count, to: floats) {
                Int32(Int16(littleEndian: integers.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)))
            }
        case 3:
            write(count, to: floats) {
                let low = UInt16(littleEndian: integers.loadUnaligned(fromByteOffset: 3 * $0, as: UInt16.self))
                return Int32(Int8(bitPattern: integers[3 * $0 + 2])) << 16 | Int32(low)
            }
        default:
            write(count, to: floats) {
                Int32(littleEndian: integers.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
            }
        }
    }

    @inline(__always)
    private func write(_ count: Int, to floats: UnsafeMutableRawBufferPointer, _ integer: (Int) -> Int32) {
        if format == .float32 {
            for index in 0..<count {
                let bits = Float(Double(integer(index)) * step).bitPattern.littleEndian
                floats.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
            }
        } else {
            for index in 0..<count {
                let bits = (Double(integer(index)) * step).bitPattern.littleEndian
                floats.storeBytes(of: bits, toByteOffset: 8 * index, as: UInt64.self)
            }
        }
    }

    /// `floats` as integers of `bits` bits, 16, 24 or 32; nil if one of them is no such integer times the power.
    public func integers(of floats: SampleBuffer, bits: Int) -> SampleBuffer? {
        guard floats.format == format else { return nil }
        let form = SampleFormat.integer(bits: bits)
        let count = floats.sampleCount * floats.channels
        let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
        let range = Int32.min >> Int32(32 - bits)...Int32.max >> Int32(32 - bits)
        var areExact = true
        let block = Block(count: count * form.byteCount) { target in
            for index in 0..<count {
                guard let integer = Int32(exactly: floats.double(at: index) * scale), range.contains(integer) else {
                    areExact = false
                    return
                }
                for byte in 0..<form.byteCount {
                    target[index * form.byteCount + byte] = UInt8(truncatingIfNeeded: integer >> (8 * byte))
                }
            }
        }
        guard areExact else { return nil }
        return SampleBuffer(format: form, channels: floats.channels, slice: BlockSlice(block))
    }
}

extension SampleBuffer {
    /// Sample `index` of all channels together, which are floats.
    fileprivate func double(at index: Int) -> Double {
        if format == .float32 {
            return Double(
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            )
        }
        return Double(
            bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)))
    }

    /// Hands each sample of all channels, which are floats, to `body` until that returns false.
    func forEachDouble(_ body: (Double) -> Bool) {
        for index in 0..<sampleCount * channels where !body(double(at: index)) { return }
    }
}
