/// Reads numbers and bytes from the front of a byte array, and never past its end.
///
/// For headers and metadata, which are small; not for sample data.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// A reader at the first of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// A reader at the first of `bytes`.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The number of bytes left.
    public var remaining: Int { bytes.endIndex - position }

    /// Consumes and returns the next `count` bytes; nil, and consumes nothing, if fewer are left.
    public mutating func read(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= remaining else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Skips `count` bytes; returns false, and skips nothing, if fewer are left.
    public mutating func skip(_ count: Int) -> Bool {
        read(count) != nil
    }

    /// Consumes and returns the next byte; nil at the end.
    public mutating func readByte() -> UInt8? {
        read(1)?.first
    }

    /// Consumes and returns the next little-endian integer of `type`; nil, and consumes nothing, if too few bytes are left.
    public mutating func readLittleEndian<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        readBits(MemoryLayout<T>.size).map { T(truncatingIfNeeded: $0.byteSwapped >> (64 - T.bitWidth)) }
    }

    /// Consumes and returns the next big-endian integer of `type`; nil, and consumes nothing, if too few bytes are left.
    public mutating func readBigEndian<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        readBits(MemoryLayout<T>.size).map { T(truncatingIfNeeded: $0) }
    }

    /// Consumes the next `count` bytes, at most eight, as a big-endian number; nil, and consumes nothing, if fewer are left.
    ///
    /// In 64 bits for every type: generic code would be slow when called from other modules.
    private mutating func readBits(_ count: Int) -> UInt64? {
        guard count <= 8, let bytes = read(count) else { return nil }
        var bits: UInt64 = 0
        for byte in bytes { bits = bits << 8 | UInt64(byte) }
        return bits
    }
}
