/// CRC-32C (Castagnoli), eight bytes at a time: "slicing-by-8" of Kounavis and Berry.
enum Crc32c {
    /// The polynomial 1EDC6F41, with its bits reversed.
    private static let polynomial: UInt32 = 0x82F6_3B78

    /// Eight rows of 256 entries: row `k` has the change that a byte makes to the checksum if `k` zero bytes follow it.
    private static let tables: [UInt32] = {
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : polynomial) }
        }
        for index in 256..<8 * 256 {
            let previous = tables[index - 256]
            tables.append(previous >> 8 ^ tables[Int(previous & 0xFF)])
        }
        return tables
    }()

    /// The checksum of `bytes`.
    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = ~UInt32(0)
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(crc)
                crc = tables[7 * 256 + Int(mixed & 0xFF)]
                crc ^= tables[6 * 256 + Int(mixed >> 8 & 0xFF)]
                crc ^= tables[5 * 256 + Int(mixed >> 16 & 0xFF)]
                crc ^= tables[4 * 256 + Int(mixed >> 24 & 0xFF)]
                crc ^= tables[3 * 256 + Int(mixed >> 32 & 0xFF)]
                crc ^= tables[2 * 256 + Int(mixed >> 40 & 0xFF)]
                crc ^= tables[256 + Int(mixed >> 48 & 0xFF)]
                crc ^= tables[Int(mixed >> 56)]
                offset += 8
            }
            while offset < bytes.count {
                crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
                offset += 1
            }
            return ~crc
        }
    }
}
