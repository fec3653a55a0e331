import Support

/// A header of a ZIP archive's central directory. See APPNOTE.TXT, sections 4.3.12 and, for 64-bit sizes, 4.5.3.
struct ZipCentralHeader {
    private static let signature: UInt32 = 0x0201_4B50

    /// The member's name, with a slash at its end if it is a folder.
    let name: ArraySlice<UInt8>
    private let flags: UInt16
    private let method: UInt16
    private let checksum: UInt32
    private let storedByteCount: UInt64
    private let byteCount: UInt64
    private let headerOffset: UInt64

    /// The header that `reader` is at, in an archive whose offsets have `bias` to be added; nil if there is none.
    init?(_ reader: inout ByteReader, bias: UInt64) {
        guard reader.readLittleEndian(UInt32.self) == Self.signature, reader.skip(4),
            let flags = reader.readLittleEndian(UInt16.self),
            let method = reader.readLittleEndian(UInt16.self), reader.skip(4),
            let checksum = reader.readLittleEndian(UInt32.self),
            let storedByteCount = reader.readLittleEndian(UInt32.self),
            let byteCount = reader.readLittleEndian(UInt32.self),
            let nameLength = reader.readLittleEndian(UInt16.self),
            let extraLength = reader.readLittleEndian(UInt16.self),
            let commentLength = reader.readLittleEndian(UInt16.self), reader.skip(8),
            let headerOffset = reader.readLittleEndian(UInt32.self),
            let name = reader.read(Int(nameLength)),
            let extra = reader.read(Int(extraLength)), reader.skip(Int(commentLength))
        else { return nil }
        self.name = name
        self.flags = flags
        self.method = method
        self.checksum = checksum
        var large = Self.largeSizes(in: extra)
        // The 64-bit field has only those numbers that do not fit the header, in this order.
        guard let byteCount = Self.number(byteCount, &large),
            let storedByteCount = Self.number(storedByteCount, &large),
            let headerOffset = Self.number(headerOffset, &large)?.adding(bias)
        else { return nil }
        self.byteCount = byteCount
        self.storedByteCount = storedByteCount
        self.headerOffset = headerOffset
    }

    /// Whether its name is a key of a store.
    var isKey: Bool {
        guard name.last != UInt8(ascii: "/"), !name.contains(0), String(validating: name, as: UTF8.self) != nil else {
            return false
        }
        return name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }

    /// The member, whose name is at `place`.
    func member(named place: Range<Int>) -> ZipMember {
        let problem: String? =
            switch method {
            case _ where flags & 1 != 0: "is encrypted in the ZIP archive"
            case 0 where storedByteCount == byteCount: nil
            case 8 where ZipMember.canInflate(storedByteCount, to: byteCount): nil
            case 0, 8: "has a size in the ZIP archive that cannot be right"
            default: "is compressed by method \(method) in the ZIP archive; only 0 and 8 are supported"
            }
        return ZipMember(
            name: place, isDeflated: method == 8, problem: problem, headerOffset: headerOffset,
            storedByteCount: storedByteCount, byteCount: byteCount, checksum: checksum)
    }

    /// The value of the extra field of 64-bit numbers; empty if there is none.
    private static func largeSizes(in extra: ArraySlice<UInt8>) -> ByteReader {
        var reader = ByteReader(extra)
        while let identifier = reader.readLittleEndian(UInt16.self), let size = reader.readLittleEndian(UInt16.self),
            let value = reader.read(Int(size))
        {
            if identifier == 1 { return ByteReader(value) }
        }
        return ByteReader([])
    }

    private static func number(_ short: UInt32, _ large: inout ByteReader) -> UInt64? {
        short == .max ? large.readLittleEndian(UInt64.self) : UInt64(short)
    }
}
