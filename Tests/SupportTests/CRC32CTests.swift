import Testing

@testable import Support

/// CRC-32C: by the processor's instruction, by tables, and bit by bit.
struct CRC32CTests {
    @Test func `CRC-32C has the values of RFC 3720`() {
        let vectors: [([UInt8], UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283), ([], 0),
        ]
        for (bytes, expected) in vectors {
            #expect(bytes.withUnsafeBytes { CRC32C.checksum(of: $0) } == expected)
            #expect(bytes.withUnsafeBytes { CRC32C.checksumByTables(of: $0) } == expected)
        }
    }

    @Test func `CRC-32C of any number of bytes, at any address, is what bit by bit comes out`() {
        let bytes = (0..<13_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        for count in Array(0..<70) + [1_359, 4_079, 4_080, 4_081, 4_096, 8_159, 8_160, 12_241] {
            for start in [0, 1, 5] {
                let part = Array(bytes[start..<start + count])
                let expected = Self.bitByBit(part)
                bytes.withUnsafeBytes { bytes in
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
                    #expect(CRC32C.checksum(of: part) == expected)
                    #expect(CRC32C.checksumByTables(of: part) == expected)
                }
            }
        }
    }

    private static func bitByBit(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
    }
}
