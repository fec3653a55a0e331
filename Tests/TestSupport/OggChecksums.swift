/// The checksums of Ogg pages. RFC 3533, section 6.
public enum OggChecksums {
    private static let name = Array("OggS".utf8)

    /// Where what looks like a page begins in `bytes`, in order.
    public static func pages(of bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0] == name[0] && bytes[$0...].starts(with: name) }
    }

    /// Gives all pages in `bytes` the checksums of what they have now.
    public static func renew(in bytes: inout [UInt8]) {
        let ends = pages(of: bytes) + [bytes.count]
        for (start, end) in zip(ends, ends.dropFirst()) where end - start >= 27 {
            for index in 22..<26 { bytes[start + index] = 0 }
            var sum: UInt32 = 0
            for byte in bytes[start..<end] {
                sum ^= UInt32(byte) << 24
                for _ in 0..<8 { sum = sum & 0x8000_0000 != 0 ? sum << 1 ^ 0x04C1_1DB7 : sum << 1 }
            }
            for index in 0..<4 { bytes[start + 22 + index] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index))) }
        }
    }
}
