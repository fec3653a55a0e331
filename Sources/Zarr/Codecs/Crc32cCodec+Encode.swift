import Support

extension Crc32cCodec {
    /// `bytes`, followed by their checksum.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum(of: $0) }
        return bytes + withUnsafeBytes(of: checksum.littleEndian) { Array($0) }
    }
}
