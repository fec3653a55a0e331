/// What the header of a FLAC frame says by itself, without STREAMINFO. RFC 9639, section 9.1.
struct FLACBareHeader {
    /// Whether frames bear the number of their first sample, not their own.
    let hasSampleNumber: Bool
    /// Samples of one channel, 1 to 65 535.
    let blockSize: Int
    /// The number in the header, of at most 36 bits.
    let number: UInt64
    /// Samples of one channel a second, at least 1; nil if only STREAMINFO says that.
    let sampleRate: UInt32?
    /// 1 to 8.
    let channels: Int
    /// Bits a sample; nil if only STREAMINFO says that.
    let bitsPerSample: Int?
    /// Bytes of the header, CRC-8 included.
    let byteCount: Int

    /// The header that `bytes` begin with; nil if they do not begin with one whose CRC-8 is right.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 6, bytes[0] == 0xFF, bytes[1] & 0xFE == 0xF8, bytes[3] & 1 == 0 else { return nil }
        guard let channels = Self.channels(code: bytes[3] >> 4),
            let bits = Self.bits(code: bytes[3] >> 1 & 0x7),
            let (number, numberByteCount) = Self.codedNumber(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        else { return nil }
        var index = 4 + numberByteCount
        guard let blockSize = Self.blockSize(code: bytes[2] >> 4, bytes, &index), blockSize <= 65_535,
            let rate = Self.rate(code: bytes[2] & 0xF, bytes, &index),
            index < bytes.count,
            CRC.flacHeader.updated(with: UnsafeRawBufferPointer(rebasing: bytes[...index])) == 0
        else { return nil }
        hasSampleNumber = bytes[1] & 1 == 1
        self.blockSize = blockSize
        self.number = number
        sampleRate = rate == 0 ? nil : rate
        self.channels = channels
        bitsPerSample = bits == 0 ? nil : bits
        byteCount = index + 1
    }

    /// The number that `bytes` begin with, coded like UTF-8 but with up to 36 bits, and the bytes that it takes.
    private static func codedNumber(_ bytes: UnsafeRawBufferPointer) -> (UInt64, Int)? {
        let ones = (~bytes[0]).leadingZeroBitCount
        guard ones != 0 else { return (UInt64(bytes[0]), 1) }
        guard (2...7).contains(ones), ones <= bytes.count else { return nil }
        var number = UInt64(bytes[0] & (0x7F >> UInt8(ones)))
        for byte in bytes[1..<ones] {
            guard byte & 0xC0 == 0x80 else { return nil }
            number = number << 6 | UInt64(byte & 0x3F)
        }
        return (number, ones)
    }

    private static func blockSize(code: UInt8, _ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Int? {
        switch code {
        case 0: nil
        case 1: 192
        case 2...5: 576 << Int(code - 2)
        case 6: value(byteCount: 1, bytes, &index).map { $0 + 1 }
        case 7: value(byteCount: 2, bytes, &index).map { $0 + 1 }
        default: 256 << Int(code - 8)
        }
    }

    /// The rate in hertz; 0 if only STREAMINFO says it, nil if there is no such rate.
    private static func rate(code: UInt8, _ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> UInt32? {
        let rates: [UInt32] = [
            0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
        ]
        let coded: (byteCount: Int, unit: Int)
        switch code {
        case 0...11: return rates[Int(code)]
        case 12: coded = (1, 1000)
        case 13: coded = (2, 1)
        case 14: coded = (2, 10)
        default: return nil
        }
        guard let value = value(byteCount: coded.byteCount, bytes, &index), value > 0 else { return nil }
        return UInt32(value * coded.unit)
    }

    private static func value(byteCount: Int, _ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Int? {
        guard index + byteCount <= bytes.count else { return nil }
        defer { index += byteCount }
        return bytes[index..<index + byteCount].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func channels(code: UInt8) -> Int? {
        switch code {
        case 0...7: Int(code) + 1
        // Left and side, side and right, mid and side.
        case 8...10: 2
        default: nil
        }
    }

    /// Bits a sample; 0 if only STREAMINFO says that, nil if the code is reserved.
    private static func bits(code: UInt8) -> Int? {
        let bits = [0, 8, 12, nil, 16, 20, 24, 32]
        return bits[Int(code & 0x7)]
    }
}
