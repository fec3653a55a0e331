import Support

/// The header of an Ogg page. RFC 3533, section 6.
public struct OggPage: Sendable, Equatable {
    /// The most bytes that a page can have.
    public static let byteCountLimit = 27 + 255 + 255 * 255
    /// The bytes that every page begins with.
    static let capturePattern: [UInt8] = Array("OggS".utf8)

    /// Whether its first packet began on the page before.
    public let isContinued: Bool
    /// Whether it is the first of its logical stream.
    public let isFirst: Bool
    /// Whether it is the last of its logical stream.
    public let isLast: Bool
    /// The position in samples at which the last packet that ends on this page ends; nil if none does.
    public let granulePosition: Int64?
    /// The serial number of the logical stream.
    public let serial: UInt32
    /// The number of the page in its logical stream.
    public let sequence: UInt32
    /// The lengths of the segments that make up the packets: one below 255 ends a packet.
    public let lacing: [UInt8]

    /// Bytes of the header.
    public var headerByteCount: Int { 27 + lacing.count }

    /// Bytes of the page, header included.
    public var byteCount: Int { lacing.reduce(headerByteCount) { $0 + Int($1) } }

    /// The header with which `bytes` begin; nil if they do not begin with a complete one.
    public static func parse(_ bytes: UnsafeRawBufferPointer) -> OggPage? {
        guard bytes.count >= 27 else { return nil }
        var reader = ByteReader(Array(bytes.prefix(27 + 255)))
        guard reader.read(4)?.elementsEqual(capturePattern) == true, reader.readByte() == 0,
            let flags = reader.readByte(),
            let granulePosition = reader.readLittleEndian(Int64.self),
            let serial = reader.readLittleEndian(UInt32.self),
            let sequence = reader.readLittleEndian(UInt32.self),
            reader.skip(4),
            let segmentCount = reader.readByte(), let lacing = reader.read(Int(segmentCount))
        else { return nil }
        return OggPage(
            isContinued: flags & 1 != 0, isFirst: flags & 2 != 0, isLast: flags & 4 != 0,
            granulePosition: granulePosition == -1 ? nil : granulePosition, serial: serial, sequence: sequence,
            lacing: Array(lacing))
    }

    /// Whether `bytes`, which are one whole page, match the checksum in them.
    static func isIntact(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 27 else { return false }
        let crc = CRC.oggPage
        // The checksum is computed with zeros in its own place.
        let head = crc.updated(with: UnsafeRawBufferPointer(rebasing: bytes[..<22]))
        let whole = crc.updated(
            crc.advanced(head, byZeros: 4), with: UnsafeRawBufferPointer(rebasing: bytes[26...]))
        return whole == UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 22, as: UInt32.self))
    }
}
