import Support

/// A box of an MP4 file (m4a, mov, 3gp), which consists of them: a size, big-endian, a name of four characters, and the contents. ISO/IEC
/// 14496-12, section 4.2.
public struct MovieBox {
    /// Its name.
    public let name: String
    /// Where its contents begin in the file.
    let contentOffset: UInt64
    /// Where it ends, by the size that it claims.
    let end: UInt64
}

/// Reads boxes of an MP4 file.
public struct MovieReader {
    /// Bytes that are read at a time: what lies between the heads of boxes is passed over.
    private static let pieceByteCount: UInt64 = 4 << 10
    /// Boxes of a box, or of the file, that are looked at.
    private static let boxLimit = 1 << 16
    /// Bytes of a box that are read: a table of ten million packets that all differ would have more.
    private static let contentLimit = 64 << 20

    private var window: StreamWindow

    /// A reader of the file `stream`.
    public init(_ stream: CodedStream) {
        window = StreamWindow(stream, pieceByteCount: Self.pieceByteCount)
    }

    /// The boxes of the file that are not in another one, up to the first that cannot be read.
    public mutating func boxes() throws -> [MovieBox] {
        try boxes(from: 0, to: window.stream.byteCount)
    }

    /// The boxes in `parent`.
    mutating func boxes(in parent: MovieBox) throws -> [MovieBox] {
        try boxes(from: parent.contentOffset, to: parent.end)
    }

    /// The first box in `parent` that `names` lead to, each of which is in the one before; nil if there is none.
    mutating func box(_ names: String..., in parent: MovieBox) throws -> MovieBox? {
        var box: MovieBox? = parent
        for name in names { box = try box.flatMap { try boxes(in: $0).first { $0.name == name } } }
        return box
    }

    /// The contents of `box`, behind its version and its flags, and the version; nil if it has none, or more than are read.
    mutating func contents(of box: MovieBox) throws -> (bytes: ByteReader, version: UInt8)? {
        let count = Int(clamping: box.end - box.contentOffset)
        guard count <= Self.contentLimit else { return nil }
        var reader = ByteReader(try window.bytes(at: box.contentOffset, count))
        guard let version = reader.readByte(), reader.skip(3) else { return nil }
        return (reader, version)
    }

    private mutating func boxes(from start: UInt64, to end: UInt64) throws -> [MovieBox] {
        var boxes: [MovieBox] = []
        var offset = start
        while offset < end, boxes.count < Self.boxLimit, let box = try box(at: offset, before: end) {
            boxes.append(box)
            offset = box.end
        }
        return boxes
    }

    /// The box at `offset`, which lies before `end`; a size of 0 stands for all that is left. Nil if there is none.
    private mutating func box(at offset: UInt64, before end: UInt64) throws -> MovieBox? {
        var reader = ByteReader(try window.bytes(at: offset, 16))
        guard let size = reader.readBigEndian(UInt32.self), let name = reader.read(4) else { return nil }
        let large = size == 1 ? reader.readBigEndian(UInt64.self) : nil
        let headByteCount: UInt64 = large == nil ? 8 : 16
        let byteCount = size == 0 ? end - offset : large ?? UInt64(size)
        guard byteCount >= headByteCount, let boxEnd = offset.adding(byteCount) else { return nil }
        return MovieBox(
            name: String(decoding: name, as: UTF8.self), contentOffset: offset + headByteCount, end: boxEnd)
    }
}
