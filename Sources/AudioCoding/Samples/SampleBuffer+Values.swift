extension SampleBuffer {
    /// The values of all samples, interleaved, with those of 8 bits centred on 0. Empty if the samples are floats.
    func integers() -> [Int32] {
        guard format.isInteger else { return [] }
        let count = sampleCount * channels
        let source = bytes
        return [Int32](unsafeUninitializedCapacity: count) { target, initializedCount in
            initializedCount = count
            switch format.byteCount {
            case 1:
                for index in 0..<count {
                    target[index] = Int32(source[index]) - 128
                }
            case 2:
                for index in 0..<count {
                    target[index] = Int32(
                        Int16(littleEndian: source.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
                }
            case 3:
                for index in 0..<count {
                    let low = UInt16(littleEndian: source.loadUnaligned(fromByteOffset: 3 * index, as: UInt16.self))
                    target[index] = Int32(Int8(bitPattern: source[3 * index + 2])) << 16 | Int32(low)
                }
            default:
                for index in 0..<count {
                    target[index] = Int32(
                        littleEndian: source.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
                }
            }
        }
    }

    /// All samples as floats of full scale ±1, interleaved.
    func floats() -> [Float] {
        let count = sampleCount * channels
        let source = bytes
        switch format {
        case .integer(let bits):
            // A power of two, so the product is exact.
            let scale = 1 / Float(UInt64(1) << UInt64(bits - 1))
            return integers().map { Float($0) * scale }
        case .float32:
            return [Float](unsafeUninitializedCapacity: count) { target, initializedCount in
                initializedCount = count
                for index in 0..<count {
                    target[index] = Float(
                        bitPattern: UInt32(
                            littleEndian: source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
                }
            }
        case .float64:
            return [Float](unsafeUninitializedCapacity: count) { target, initializedCount in
                initializedCount = count
                for index in 0..<count {
                    target[index] = Float(
                        Double(
                            bitPattern: UInt64(
                                littleEndian: source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))))
                }
            }
        }
    }

    /// The samples as integers of 16 bits, each rounded and clipped as a mount does it with what lossy codecs decode to.
    public func sixteenBit() -> SampleBuffer {
        let integers = floats().map { SixteenBit.integer($0).littleEndian }
        return integers.withUnsafeBytes { SampleBuffer(format: .integer(bits: 16), channels: channels, bytes: $0) }
    }

    /// A buffer of interleaved `floats`.
    init(floats: UnsafeBufferPointer<Float>, channels: Int) {
        self.init(format: .float32, channels: channels, bytes: UnsafeRawBufferPointer(floats))
    }
}
