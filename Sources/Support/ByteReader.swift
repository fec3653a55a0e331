/// Reads numbers and runs of bytes from the front of a byte array, never past its end.
///
/// For headers and metadata, which are small; sample data is never read through it.
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

    /// How many bytes are left.
    public var remaining: Int { bytes.endIndex - position }

    /// The next `count` bytes, or nil (and nothing consumed) where fewer are left.
    public mutating func read(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= remaining else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Passes over `count` bytes; false (and nothing passed over) where fewer are left.
    public mutating func skip(_ count: Int) -> Bool {
        read(count) != nil
    }

    /// The next byte, or nil at the end.
    public mutating func readByte() -> UInt8? {
        read(1)?.first
    }

    /// The next little-endian integer of `type`, or nil (and nothing consumed) where too few bytes are left.
    public mutating func readLittleEndian<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        readBits(MemoryLayout<T>.size).map { T(truncatingIfNeeded: $0.byteSwapped >> (64 - T.bitWidth)) }
    }

    /// The next big-endian integer of `type`, or nil (and nothing consumed) where too few bytes are left.
    public mutating func readBigEndian<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        readBits(MemoryLayout<T>.size).map { T(truncatingIfNeeded: $0) }
    }

    /// The next `count` bytes, at most eight, the first of them above the others; nil (and nothing consumed) where fewer are left.
    ///
    /// In 64 bits whatever the type: what is generic here is slow in other modules.
    private mutating func readBits(_ count: Int) -> UInt64? {
        guard count <= 8, let bytes = read(count) else { return nil }
        var bits: UInt64 = 0
        for byte in bytes { bits = bits << 8 | UInt64(byte) }
        return bits
    }
}
