import Support

/// The head of an element of EBML, which Matroska is made of. RFC 8794, sections 5 and 6.
struct EBMLElement {
    /// The bytes that every EBML file begins with: the identifier of its header.
    static let magic: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3]
    /// Bytes of the longest head.
    static let headByteCount = 12

    /// Its identifier, with the bits that say how long that is.
    let id: UInt32
    /// Where it begins in the file.
    let offset: UInt64
    /// Where its contents begin.
    let contentOffset: UInt64
    /// Where it ends; nil if its size is not known.
    let end: UInt64?

    /// The element whose head is `bytes`, which begin at `offset`; nil if they are no head.
    init?(_ bytes: ArraySlice<UInt8>, at offset: UInt64) {
        var reader = ByteReader(bytes)
        guard let (id, idByteCount) = Self.number(&reader, keepsLength: true), idByteCount <= 4,
            let (size, sizeByteCount) = Self.number(&reader, keepsLength: false)
        else { return nil }
        let isUnknown = size == (1 << (7 * UInt64(sizeByteCount))) - 1
        guard let contentOffset = offset.adding(UInt64(idByteCount + sizeByteCount)) else { return nil }
        let end = contentOffset.adding(size)
        guard isUnknown || end != nil else { return nil }
        self.id = UInt32(truncatingIfNeeded: id)
        self.offset = offset
        self.contentOffset = contentOffset
        self.end = isUnknown ? nil : end
    }

    /// A number whose first byte says by its leading zeros how many bytes follow, and the bytes that it takes. RFC 8794, section 4.
    static func number(_ reader: inout ByteReader, keepsLength: Bool) -> (value: UInt64, byteCount: Int)? {
        guard let first = reader.readByte(), first != 0 else { return nil }
        let following = first.leadingZeroBitCount
        guard let rest = reader.read(following) else { return nil }
        let lead = keepsLength ? first : first & ~(0x80 >> UInt8(following))
        return (rest.reduce(UInt64(lead)) { $0 << 8 | UInt64($1) }, following + 1)
    }
}

/// Reads elements of an EBML file.
struct EBMLReader {
    /// Bytes that are read at a time: what lies between the heads of elements is passed over.
    private static let pieceByteCount: UInt64 = 4 << 10

    private var window: StreamWindow

    /// A reader of `stream`.
    init(_ stream: CodedStream) {
        window = StreamWindow(stream, pieceByteCount: Self.pieceByteCount)
    }

    /// The element that begins at `offset`; nil if none does.
    mutating func element(at offset: UInt64) throws -> EBMLElement? {
        EBMLElement(try window.bytes(at: offset, EBMLElement.headByteCount), at: offset)
    }

    /// The first `count` bytes of the contents of `element`, or as many as it has.
    mutating func contents(of element: EBMLElement, atMost count: Int) throws -> ArraySlice<UInt8> {
        let limit = element.end.map { Int(clamping: $0 - element.contentOffset) } ?? .max
        return try window.bytes(at: element.contentOffset, min(count, limit))
    }

    /// The number that `element` holds; nil if it holds something else.
    mutating func number(in element: EBMLElement) throws -> UInt64? {
        let bytes = try contents(of: element, atMost: 9)
        return bytes.count <= 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }

    /// Hands the elements in `parent`, in order, to `body` until that returns false.
    mutating func forEachChild(
        of parent: EBMLElement, _ body: (inout EBMLReader, EBMLElement) throws -> Bool
    ) throws {
        var offset = parent.contentOffset
        while offset < min(parent.end ?? .max, window.stream.byteCount), let child = try element(at: offset) {
            guard try body(&self, child), let end = child.end else { return }
            offset = end
        }
    }

    /// The first element `id` in `parent`; nil if there is none.
    mutating func child(_ id: UInt32, of parent: EBMLElement) throws -> EBMLElement? {
        var found: EBMLElement?
        try forEachChild(of: parent) { _, child in
            if child.id == id { found = child }
            return found == nil
        }
        return found
    }
}
