import Support

/// The place of a ZIP archive's central directory, as the end of the archive says it. See APPNOTE.TXT, sections 4.3.14 to 4.3.16.
struct ZipArchiveEnd {
    private static let signature: UInt32 = 0x0605_4B50
    private static let byteCount = 22
    private static let locatorSignature: UInt32 = 0x0706_4B50
    private static let locatorByteCount = 20
    private static let largeSignature: UInt32 = 0x0606_4B50
    private static let largeByteCount = 56

    /// Members of the archive.
    let memberCount: UInt64
    /// The bytes of the archive that are the central directory.
    let directory: Range<UInt64>
    /// What has to be added to every offset in the archive: how many bytes were put before it afterwards.
    let bias: UInt64

    /// The end of the archive of `size` bytes that `read` reads ranges of. Throws if that is no archive, and what `read` throws.
    init(of size: UInt64, read: (Range<UInt64>) throws(StoreError) -> [UInt8]) throws(StoreError) {
        // A comment of up to 65 535 bytes may follow.
        let tailStart = size - min(size, UInt64(Self.byteCount) + UInt64(UInt16.max))
        let tail = try read(tailStart..<size)
        guard let place = Self.place(in: tail) else {
            throw StoreError(archive: "is not a ZIP archive, or is one that was cut short")
        }
        var reader = ByteReader(tail[(place + 4)...])
        guard let disk = reader.readLittleEndian(UInt16.self), let startDisk = reader.readLittleEndian(UInt16.self),
            reader.skip(2), let count = reader.readLittleEndian(UInt16.self),
            let length = reader.readLittleEndian(UInt32.self), let offset = reader.readLittleEndian(UInt32.self)
        else { throw StoreError(archive: "is not a ZIP archive, or is one that was cut short") }
        var numbers = (count: UInt64(count), length: UInt64(length), offset: UInt64(offset))
        var end = tailStart + UInt64(place)
        if let large = try Self.largeNumbers(before: end, read) {
            (numbers, end) = large
        } else if disk != 0 || startDisk != 0 {
            throw StoreError(archive: "is one of several parts of a ZIP archive; join them first")
        }
        // The directory lies directly before its end.
        guard let start = end.subtracting(numbers.length), let bias = start.subtracting(numbers.offset),
            // A header has at least 46 bytes.
            numbers.count <= numbers.length / 46
        else { throw StoreError(archive: "the end of the ZIP archive is damaged") }
        memberCount = numbers.count
        directory = start..<end
        self.bias = bias
    }

    /// The place of the record whose comment ends where `tail` does.
    private static func place(in tail: [UInt8]) -> Int? {
        var place = tail.count - byteCount
        while place >= 0 {
            var reader = ByteReader(tail[place...])
            if reader.readLittleEndian(UInt32.self) == signature, reader.skip(16),
                reader.readLittleEndian(UInt16.self).map({ place + byteCount + Int($0) == tail.count }) == true
            {
                return place
            }
            place -= 1
        }
        return nil
    }

    private typealias Numbers = (count: UInt64, length: UInt64, offset: UInt64)

    /// The 64-bit numbers that stand before the record at `end`, and where they begin; nil if there are none.
    private static func largeNumbers(
        before end: UInt64, _ read: (Range<UInt64>) throws(StoreError) -> [UInt8]
    ) throws(StoreError) -> (Numbers, end: UInt64)? {
        guard let locatorStart = end.subtracting(UInt64(locatorByteCount)) else { return nil }
        var locator = ByteReader(try read(locatorStart..<end))
        guard locator.readLittleEndian(UInt32.self) == locatorSignature, locator.skip(4),
            locator.readLittleEndian(UInt64.self) != nil, let disks = locator.readLittleEndian(UInt32.self)
        else { return nil }
        guard disks <= 1 else { throw StoreError(archive: "is one of several parts of a ZIP archive; join them first") }
        // The offset in the locator does not count bytes that were put before the archive; the record lies directly before it.
        guard let start = locatorStart.subtracting(UInt64(largeByteCount)) else {
            throw StoreError(archive: "the end of the ZIP archive is damaged")
        }
        var record = ByteReader(try read(start..<locatorStart))
        guard record.readLittleEndian(UInt32.self) == largeSignature, record.skip(28),
            let count = record.readLittleEndian(UInt64.self), let length = record.readLittleEndian(UInt64.self),
            let offset = record.readLittleEndian(UInt64.self)
        else { throw StoreError(archive: "the end of the ZIP archive is damaged") }
        return ((count, length, offset), start)
    }
}
