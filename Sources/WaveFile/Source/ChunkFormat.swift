import Support

/// How chunks follow each other in files that are not RIFF.
enum ChunkFormat {
    /// A GUID, and the size with this header, in multiples of 8 bytes ("Sony Pictures Digital: Wave64").
    case wave64
    /// A name of four characters, and the size without this header, big-endian; -1 if it is not known yet (Apple Core Audio Format
    /// Specification).
    case caf
    /// A name of four characters, and the size without this header, big-endian, in multiples of 2 bytes ("Audio Interchange File Format:
    /// AIFF"; Apple, 1989).
    case aiff

    /// The chunk's name, four characters, and the range of its contents in the file; nil stands for its end if the size is that of no
    /// chunk, which recorders write before they know it.
    struct Chunk {
        let name: String
        let contentsOffset: UInt64
        let end: UInt64?
    }

    /// More than any such file has before its samples.
    private static let chunkLimit = 1024

    /// The format of the file that begins with `start`; nil if it is another.
    init?(start: [UInt8]) {
        switch start {
        case _ where start.starts(with: "caff".utf8): self = .caf
        case _ where start.starts(with: Self.wave64Name("riff")): self = .wave64
        case _ where start.starts(with: "FORM".utf8) && start.dropFirst(8).starts(with: "AIF".utf8): self = .aiff
        default: return nil
        }
    }

    /// The chunks of `file` up to its samples, and that of its samples, which is the last; without that, if there is none.
    func chunks(of file: WaveBytes) throws(WaveSourceError) -> [Chunk] {
        var chunks: [Chunk] = []
        var offset = firstChunkOffset
        for _ in 0..<Self.chunkLimit {
            guard let chunk = chunk(try file.bytes(from: offset, atMost: 24), at: offset) else { break }
            chunks.append(chunk)
            guard chunk.name != samplesName, let end = chunk.end, let next = start(behind: end) else { break }
            offset = next
        }
        return chunks
    }

    /// The chunks of `file`, those behind its samples among them, as far as they follow each other.
    func allChunks(of file: WaveBytes) throws(WaveSourceError) -> [Chunk] {
        var chunks = try chunks(of: file)
        guard chunks.last?.name == samplesName else { return chunks }
        for _ in 0..<Self.chunkLimit {
            guard let offset = chunks.last?.end.flatMap(start), offset < file.byteCount,
                let chunk = chunk(try file.bytes(from: offset, atMost: 24), at: offset)
            else { break }
            chunks.append(chunk)
        }
        return chunks
    }

    /// The name of the chunk that has the samples.
    var samplesName: String { self == .aiff ? "SSND" : "data" }

    /// Where the chunk behind one that ends at `end` begins.
    func start(behind end: UInt64) -> UInt64? {
        switch self {
        case .wave64: end.adding(7).map { $0 / 8 * 8 }
        case .caf: end
        case .aiff: end.adding(end % 2)
        }
    }

    private var firstChunkOffset: UInt64 {
        switch self {
        case .wave64: 40
        case .caf: 8
        case .aiff: 12
        }
    }

    /// The chunk at `offset` that begins with `header`; nil if there is none.
    func chunk(_ header: [UInt8], at offset: UInt64) -> Chunk? {
        var reader = ByteReader(header)
        switch self {
        case .wave64:
            guard let name = reader.read(16), let size = reader.readLittleEndian(UInt64.self) else { return nil }
            if name.elementsEqual(Self.wave64Marker) {
                return Chunk(
                    name: Self.markerName, contentsOffset: offset + 24, end: size < 24 ? nil : offset.adding(size))
            }
            let text = String(decoding: name.prefix(4), as: UTF8.self)
            guard Self.wave64Name(text) == Array(name) else { return size < 24 ? nil : other(offset, 24, size - 24) }
            return Chunk(
                name: text, contentsOffset: offset + 24, end: size < 24 ? nil : offset.adding(size))
        case .caf:
            guard let name = reader.read(4), let size = reader.readBigEndian(UInt64.self) else { return nil }
            return Chunk(
                name: String(decoding: name, as: UTF8.self), contentsOffset: offset + 12,
                end: size <= UInt64(Int64.max) ? (offset + 12).adding(size) : nil)
        case .aiff:
            guard let name = reader.read(4), let size = reader.readBigEndian(UInt32.self) else { return nil }
            let text = String(decoding: name, as: UTF8.self)
            let isOpen = text == samplesName && size < 8
            return Chunk(name: text, contentsOffset: offset + 8, end: isOpen ? nil : offset + 8 + UInt64(size))
        }
    }

    /// A chunk at `offset` of a name that says nothing here.
    private func other(_ offset: UInt64, _ headerByteCount: UInt64, _ byteCount: UInt64) -> Chunk? {
        (offset + headerByteCount).adding(byteCount).map {
            Chunk(name: "", contentsOffset: offset + headerByteCount, end: $0)
        }
    }

    /// What the marker chunk of Wave64 is called here, which RIFF has not.
    static let markerName = "MARK"
    /// Its GUID.
    private static let wave64Marker: [UInt8] = [
        0x56, 0x62, 0xF7, 0xAB, 0x2D, 0x39, 0xD2, 0x11, 0x86, 0xC7, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A,
    ]

    /// The GUID that Wave64 has for the chunk that RIFF calls `name`.
    private static func wave64Name(_ name: String) -> [UInt8] {
        let suffix: [UInt8] =
            name == "riff"
            ? [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00]
            : [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
        return Array(name.utf8) + suffix
    }
}
