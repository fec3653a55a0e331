import Support

extension ByteReader {
    /// Consumes and returns the next integer of `type`, which is big-endian in RIFX; nil, and consumes nothing, if too few bytes are left.
    mutating func read<T: FixedWidthInteger>(_ type: T.Type, isBigEndian: Bool) -> T? {
        isBigEndian ? readBigEndian(type) : readLittleEndian(type)
    }
}
