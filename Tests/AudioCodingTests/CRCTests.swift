import Testing

@testable import AudioCoding

@Suite struct CRCTests {
    private let digits = Array("123456789".utf8)

    private func value(_ crc: CRC, _ bytes: [UInt8], width: UInt32) -> UInt32 {
        bytes.withUnsafeBytes { crc.updated(with: $0) } >> (32 - width)
    }

    @Test func `checksums have the check values of the catalogue of CRCs`() {
        // CRC-8/SMBUS and CRC-16/UMTS. Ogg's has no entry: it is CRC-32/BZIP2 with an initial value and a final XOR of zero.
        #expect(value(.flacHeader, digits, width: 8) == 0xF4)
        #expect(value(.flacFrame, digits, width: 16) == 0xFEE8)
        #expect(value(.oggPage, digits, width: 32) == 0x89A1_897F)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 255, 4096, 100_001])
    func `advancing a checksum by zeros is the same as adding them`(count: Int) {
        for crc in [CRC.flacHeader, .flacFrame, .oggPage] {
            let register = digits.withUnsafeBytes { crc.updated(with: $0) }
            let zeros = [UInt8](repeating: 0, count: count)
            let expected = zeros.withUnsafeBytes { crc.updated(register, with: $0) }
            #expect(crc.advanced(register, byZeros: UInt64(count)) == expected)
        }
    }

    @Test func `a checksum in two parts is that of the whole`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for cut in stride(from: 0, through: 1000, by: 13) {
            let first = bytes[..<cut].withUnsafeBytes { CRC.flacFrame.updated(with: $0) }
            let both = bytes[cut...].withUnsafeBytes { CRC.flacFrame.updated(first, with: $0) }
            #expect(both == bytes.withUnsafeBytes { CRC.flacFrame.updated(with: $0) })
        }
    }
}
