extension FLACFrameHeader {
    /// The frame `bytes`, which begins with this header, with `number` in place of its own number. The new CRC-16 is computed from
    /// the old one, without going through the frame, since checksums are linear.
    func renumbered(_ bytes: UnsafeRawBufferPointer, as number: UInt64) -> [UInt8] {
        guard number != codedNumber, bytes.count >= byteCount + 2 else { return Array(bytes) }
        let old = UnsafeRawBufferPointer(rebasing: bytes[..<byteCount])
        let behindNumber = 4 + Self.code(codedNumber).count
        var header = Array(bytes[..<4]) + Self.code(number) + bytes[behindNumber..<byteCount - 1]
        header.append(UInt8(truncatingIfNeeded: header.withUnsafeBytes { CRC.flacHeader.updated(with: $0) } >> 24))

        let end = bytes.count - 2
        let change = header.withUnsafeBytes { CRC.flacFrame.updated(with: $0) } ^ CRC.flacFrame.updated(with: old)
        let moved = CRC.flacFrame.advanced(change, byZeros: UInt64(end - byteCount)) >> 16
        let sum = (UInt32(bytes[end]) << 8 | UInt32(bytes[end + 1])) ^ moved
        return header + bytes[byteCount..<end] + [UInt8(truncatingIfNeeded: sum >> 8), UInt8(truncatingIfNeeded: sum)]
    }

    /// `number`, of at most 36 bits, in FLAC's extension of UTF-8. RFC 9639, section 9.1.5.
    private static func code(_ number: UInt64) -> [UInt8] {
        guard number >= 0x80 else { return [UInt8(number)] }
        // n bytes hold 5n + 1 bits, 6 in each but the first.
        let bitCount = 64 - number.leadingZeroBitCount
        let byteCount = min(max((bitCount + 3) / 5, 2), 7)
        let lead =
            UInt8(truncatingIfNeeded: 0xFF00 >> byteCount) | UInt8(truncatingIfNeeded: number >> (6 * (byteCount - 1)))
        return [lead]
            + (1..<byteCount).reversed().map { 0x80 | UInt8(truncatingIfNeeded: number >> (6 * ($0 - 1))) & 0x3F }
    }
}
