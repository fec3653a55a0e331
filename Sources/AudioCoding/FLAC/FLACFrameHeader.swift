/// The header of a FLAC frame. RFC 9639, section 9.1.
public struct FLACFrameHeader: Sendable, Equatable {
    /// The most bytes of a header.
    public static let maximumByteCount = 16

    /// Whether frames bear the number of their first sample; otherwise they are counted, and all but the last have one size.
    public let isVariableBlockSize: Bool
    /// Samples of one channel, 1 to 65 535.
    public let blockSize: Int
    /// The number in the header: that of the first sample, or that of the frame.
    public let codedNumber: UInt64
    /// The first sample of one channel, counted from the start of the stream.
    public let firstSample: UInt64
    /// Bytes of the header, CRC-8 included.
    public let byteCount: Int

    /// The header that `bytes` begin with; nil if they do not begin with that of a frame of such a stream. Rate, channels and bits
    /// never change within a stream, and no block is larger than announced.
    public static func parse(_ bytes: UnsafeRawBufferPointer, of streamInfo: FLACStreamInfo) -> FLACFrameHeader? {
        guard bytes.count >= 6, bytes[0] == 0xFF, bytes[1] & 0xFE == 0xF8, bytes[3] & 1 == 0 else { return nil }
        guard channelsFit(code: bytes[3] >> 4, streamInfo.channels),
            bitsFit(code: bytes[3] >> 1 & 0x7, streamInfo.bitsPerSample),
            let (codedNumber, numberByteCount) = codedNumber(UnsafeRawBufferPointer(rebasing: bytes[4...]))
        else { return nil }

        var index = 4 + numberByteCount
        guard let blockSize = blockSize(code: bytes[2] >> 4, bytes, &index), blockSize <= streamInfo.maximumBlockSize,
            rateFits(code: bytes[2] & 0xF, bytes, &index, streamInfo.sampleRate),
            index < bytes.count,
            CRC.flacHeader.updated(with: UnsafeRawBufferPointer(rebasing: bytes[...index])) == 0
        else { return nil }

        // Streams older than this bit have two different sizes in STREAMINFO instead, as the reference decoder knows.
        let isVariable =
            bytes[1] & 1 == 1 || streamInfo.minimumBlockSize != streamInfo.maximumBlockSize
        guard isVariable || codedNumber < 1 << 31 else { return nil }
        return FLACFrameHeader(
            isVariableBlockSize: isVariable, blockSize: blockSize, codedNumber: codedNumber,
            firstSample: isVariable ? codedNumber : codedNumber * UInt64(streamInfo.maximumBlockSize),
            byteCount: index + 1)
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
        case 6: number(byteCount: 1, bytes, &index).map { $0 + 1 }
        case 7: number(byteCount: 2, bytes, &index).map { $0 + 1 }
        default: 256 << Int(code - 8)
        }
    }

    private static func rateFits(
        code: UInt8, _ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ sampleRate: UInt32
    ) -> Bool {
        let rates = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000]
        switch code {
        case 0: return true
        case 1...11: return rates[Int(code)] == Int(sampleRate)
        case 12: return number(byteCount: 1, bytes, &index).map { $0 * 1000 } == Int(sampleRate)
        case 13: return number(byteCount: 2, bytes, &index) == Int(sampleRate)
        case 14: return number(byteCount: 2, bytes, &index).map { $0 * 10 } == Int(sampleRate)
        default: return false
        }
    }

    private static func number(byteCount: Int, _ bytes: UnsafeRawBufferPointer, _ index: inout Int) -> Int? {
        guard index + byteCount <= bytes.count else { return nil }
        defer { index += byteCount }
        return bytes[index..<index + byteCount].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func channelsFit(code: UInt8, _ channels: Int) -> Bool {
        switch code {
        case 0...7: Int(code) + 1 == channels
        // Left and side, side and right, mid and side.
        case 8...10: channels == 2
        default: false
        }
    }

    private static func bitsFit(code: UInt8, _ bitsPerSample: Int) -> Bool {
        switch code {
        case 0: true
        case 1: bitsPerSample == 8
        case 2: bitsPerSample == 12
        case 4: bitsPerSample == 16
        case 5: bitsPerSample == 20
        case 6: bitsPerSample == 24
        case 7: bitsPerSample == 32
        default: false
        }
    }
}
