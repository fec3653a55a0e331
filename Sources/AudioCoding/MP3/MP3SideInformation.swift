import Support

/// What a frame of layer III says of its sound: how many bits it has, and where they begin. ISO/IEC 11172-3, section 2.4.1.7, and
/// 13818-3, section 2.4.1.7.
struct MP3SideInformation {
    /// Bytes of zeros that no coded sound has: its codes are short, and mostly end with a one.
    private static let zeroLimit = 32

    /// Bytes before this frame's own that its sound begins with.
    let reservoirByteCount: Int
    /// Bits of its sound.
    let bitCount: Int
    /// Bytes of the header and of all that comes before the sound.
    let headByteCount: Int

    /// The information of `frame`, which `header` is the header of; nil if it is not of layer III, or too short.
    init?(_ frame: ArraySlice<UInt8>, _ header: MP3Header) {
        let isFirst = header.version == .mpeg1
        let sideByteCount = header.sideInformationByteCount
        let start = MP3Header.byteCount + (header.hasCRC ? 2 : 0)
        guard header.layer == 3, frame.count >= start + sideByteCount else { return nil }
        headByteCount = start + sideByteCount
        var bits = MP3Bits(frame.dropFirst(start).prefix(sideByteCount))
        reservoirByteCount = bits.read(isFirst ? 9 : 8)
        let (privateBits, shareBits) =
            isFirst ? (header.channels == 1 ? (5, 4) : (3, 8)) : (header.channels == 1 ? (1, 0) : (2, 0))
        bits.skip(privateBits + shareBits)
        var sum = 0
        for _ in 0..<(isFirst ? 2 : 1) * header.channels {
            sum += bits.read(12)
            bits.skip(isFirst ? 47 : 51)
        }
        bitCount = sum
    }

    /// Whether `frame`, before `next`, has nothing but zeros where these say that their sound is, or behind its header. Silence is no such
    /// frame: encoders write its volume.
    static func isBlank(_ frame: ArraySlice<UInt8>, _ header: MP3Header, before next: ArraySlice<UInt8>) -> Bool {
        guard let information = MP3SideInformation(frame, header) else { return false }
        let payload = frame.dropFirst(information.headByteCount)
        guard payload.count >= zeroLimit, payload.allSatisfy({ $0 == 0 }) else { return false }
        let head = frame.dropFirst(MP3Header.byteCount).prefix(information.headByteCount - MP3Header.byteCount)
        if head.allSatisfy({ $0 == 0 }) { return true }
        let own = (information.bitCount + 7) / 8 - information.reservoirByteCount
        return max(own, reservoirByteCount(of: next)) >= zeroLimit
    }

    /// Bytes before `frame` that its sound begins with; 0 if it is no frame of layer III, or has none.
    private static func reservoirByteCount(of frame: ArraySlice<UInt8>) -> Int {
        let header = frame.withUnsafeBytes { MP3Header.parse($0) }
        guard let information = header.flatMap({ MP3SideInformation(frame, $0) }), information.bitCount > 0 else {
            return 0
        }
        return information.reservoirByteCount
    }
}

extension MP3Header {
    /// Bytes of the side information of a frame of layer III.
    var sideInformationByteCount: Int {
        version == .mpeg1 ? (channels == 1 ? 17 : 32) : (channels == 1 ? 9 : 17)
    }
}

/// Reads bits, the most significant first.
private struct MP3Bits {
    private let bytes: ArraySlice<UInt8>
    private var position = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    mutating func skip(_ count: Int) {
        position += count
    }

    /// The next `count` bits; those behind the end are 0.
    mutating func read(_ count: Int) -> Int {
        defer { position += count }
        return (position..<position + count).reduce(0) { value, index in
            let byte = bytes.dropFirst(index / 8).first ?? 0
            return value << 1 | Int(byte >> UInt8(7 - index % 8) & 1)
        }
    }
}
