internal import CCrc32c

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's instruction for it if there is one.
public enum CRC32C {
    /// The polynomial 1EDC6F41, with its bits reversed.
    private static let polynomial: UInt32 = 0x82F6_3B78

    private static let hasInstruction = zwl_has_crc32c() != 0

    /// The checksum of `bytes`.
    public static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        ~(hasInstruction ? registerByInstruction(after: bytes) : registerByTables(after: bytes))
    }

    /// The checksum of `bytes`, computed without the processor's instruction.
    static func checksumByTables(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        ~registerByTables(after: bytes)
    }

    // MARK: - The instruction

    /// Bytes of one of the three lanes that are computed at once: a little less than 4 KiB together, the block that is summed most
    /// often.
    private static let laneByteCount = 1360

    private static func registerByInstruction(after bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return ~0 }
        var crc = ~UInt32(0)
        var offset = 0
        while bytes.count - offset >= 3 * laneByteCount {
            var second: UInt32 = 0
            var third: UInt32 = 0
            zwl_crc32c_lanes(&crc, &second, &third, base + offset, laneByteCount)
            crc = laneShift(laneShift(crc) ^ second) ^ third
            offset += 3 * laneByteCount
        }
        return zwl_crc32c(crc, base + offset, bytes.count - offset)
    }

    /// Four rows of 256 entries: what becomes of each value of each byte of a register after a lane of zeros.
    private static let laneTables: [UInt32] = {
        let bits = (0..<32).map { bit in
            (0..<laneByteCount).reduce(UInt32(1) << UInt32(bit)) { crc, _ in crc >> 8 ^ tables[Int(crc & 0xFF)] }
        }
        return (0..<4 * 256).map { entry in
            let (row, byte) = (entry / 256, entry % 256)
            return (0..<8).reduce(0) { crc, bit in byte >> bit & 1 == 0 ? crc : crc ^ bits[8 * row + bit] }
        }
    }()

    /// The register that `crc` becomes after a lane of zeros.
    private static func laneShift(_ crc: UInt32) -> UInt32 {
        laneTables.withUnsafeBufferPointer { tables in
            tables[Int(crc & 0xFF)] ^ tables[256 + Int(crc >> 8 & 0xFF)] ^ tables[512 + Int(crc >> 16 & 0xFF)]
                ^ tables[768 + Int(crc >> 24)]
        }
    }

    // MARK: - Tables

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

    /// Eight bytes at a time: "slicing-by-8" of Kounavis and Berry.
    private static func registerByTables(after bytes: UnsafeRawBufferPointer) -> UInt32 {
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
            return crc
        }
    }
}
