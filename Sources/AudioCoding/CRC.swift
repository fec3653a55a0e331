/// The checksums of FLAC and Ogg: most significant bit first, initial value zero, nothing inverted.
///
/// The register of a checksum of fewer than 32 bits is kept in the upper bits of 32, so that one loop serves all widths.
struct CRC: Sendable {
    /// The CRC-8 of a FLAC frame header, RFC 9639 section 9.1.8.
    static let flacHeader = CRC(polynomial: 0x07, width: 8)
    /// The CRC-16 of a FLAC frame, RFC 9639 section 9.3.
    static let flacFrame = CRC(polynomial: 0x8005, width: 16)
    /// The CRC-32 of an Ogg page, RFC 3533 section 6.
    static let oggPage = CRC(polynomial: 0x04C1_1DB7, width: 32)

    private let polynomial: UInt32
    private let width: UInt32
    /// Sixteen tables of 256: table t holds the register that a byte leaves after t further bytes of zero.
    private let tables: [UInt32]
    /// x^(8·2^k) modulo the polynomial, as registers: 2^k bytes of zero multiply a register by the k-th.
    private let zeroPowers: [UInt32]

    private init(polynomial: UInt32, width: UInt32) {
        let polynomial = polynomial << (32 - width)
        var tables = (UInt32(0)..<256).map { byte in
            (0..<8).reduce(byte << 24) { register, _ in Self.timesX(register, polynomial) }
        }
        for entry in 0..<15 * 256 {
            let previous = tables[entry]
            tables.append(previous << 8 ^ tables[Int(previous >> 24)])
        }
        self.polynomial = polynomial
        self.tables = tables

        // The element 1 is the lowest bit of the register, which lies 32 - width bits up.
        var power = (0..<8).reduce(UInt32(1) << (32 - width)) { register, _ in Self.timesX(register, polynomial) }
        var powers: [UInt32] = []
        for _ in 0..<64 {
            powers.append(power)
            power = Self.product(power, power, polynomial, width)
        }
        zeroPowers = powers
        self.width = width
    }

    /// The register after `bytes`, if it was `register` before them.
    func updated(_ register: UInt32 = 0, with bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var register = register
            var index = 0
            while index + 16 <= bytes.count {
                let high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self))
                register =
                    Self.remainder(of: high ^ UInt64(register) << 32, tables, from: 8)
                    ^ Self.remainder(of: low, tables, from: 0)
                index += 16
            }
            while index < bytes.count {
                register = register << 8 ^ tables[Int(register >> 24 ^ UInt32(bytes[index]))]
                index += 1
            }
            return register
        }
    }

    /// The register that the eight bytes of `word` leave, by the eight tables from number `first` on.
    @inline(__always)
    private static func remainder(of word: UInt64, _ tables: UnsafeBufferPointer<UInt32>, from first: Int) -> UInt32 {
        let base = first * 256
        return tables[base + 7 * 256 + Int(word >> 56)] ^ tables[base + 6 * 256 + Int(word >> 48 & 0xFF)]
            ^ tables[base + 5 * 256 + Int(word >> 40 & 0xFF)] ^ tables[base + 4 * 256 + Int(word >> 32 & 0xFF)]
            ^ tables[base + 3 * 256 + Int(word >> 24 & 0xFF)] ^ tables[base + 2 * 256 + Int(word >> 16 & 0xFF)]
            ^ tables[base + 256 + Int(word >> 8 & 0xFF)] ^ tables[base + Int(word & 0xFF)]
    }

    /// The register after `count` bytes of zero, in logarithmic time.
    ///
    /// Checksums are linear: the register at the end of a run of bytes is the one at its start, advanced by as many zeros, plus
    /// the checksum of the run itself. So the registers at both ends of a run show whether its own checksum is zero.
    func advanced(_ register: UInt32, byZeros count: UInt64) -> UInt32 {
        guard register != 0 else { return 0 }
        var register = register
        var remaining = count
        while remaining != 0 {
            register = Self.product(register, zeroPowers[remaining.trailingZeroBitCount], polynomial, width)
            remaining &= remaining - 1
        }
        return register
    }

    private static func timesX(_ register: UInt32, _ polynomial: UInt32) -> UInt32 {
        register << 1 ^ (register >> 31 == 1 ? polynomial : 0)
    }

    /// The product of two registers as polynomials over GF(2), modulo `polynomial`.
    private static func product(_ left: UInt32, _ right: UInt32, _ polynomial: UInt32, _ width: UInt32) -> UInt32 {
        var product: UInt32 = 0
        for bit in 0..<width {
            product = timesX(product, polynomial)
            if (left << bit) >> 31 == 1 { product ^= right }
        }
        return product
    }
}
