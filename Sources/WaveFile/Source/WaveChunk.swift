import Support

/// A chunk of a RIFF file: its name, and the place of its contents.
struct WaveChunk: Sendable, Equatable {
    /// The name: the four characters in the file.
    let identifier: String
    /// The range of its contents in the file, clamped to the file, without header and pad byte.
    let contents: Range<UInt64>
}

/// Walks over the chunks of a file, and allows for careless recorders: a chunk of odd size may lack its pad byte, and the last chunk
/// may be cut short.
struct WaveChunkWalker {
    /// The most chunks that are followed; no file has so many.
    private static let chunkLimit = 4096

    private let file: WaveBytes
    private let isBigEndian: Bool
    private var position: UInt64
    private var walked = 0
    /// The sizes in `ds64` for chunks whose size needs more than 32 bits, by the names of the chunks.
    var largeSizes: [String: UInt64] = [:]

    /// A walker that starts at the chunk at `position`. Sizes are big-endian in RIFX.
    init(_ file: WaveBytes, at position: UInt64, isBigEndian: Bool = false) {
        self.file = file
        self.isBigEndian = isBigEndian
        self.position = position
    }

    /// A chunk's header. `byteCount` is the size that it claims, nil if that is unknown.
    struct Header {
        let identifier: String
        let contentsOffset: UInt64
        let byteCount: UInt64?
    }

    /// The header at the walker's position, which does not change; nil if there is none.
    func header() throws(WaveSourceError) -> Header? {
        try header(at: position)
    }

    /// Returns the next chunk and moves behind it; nil if there are no more.
    mutating func next() throws(WaveSourceError) -> WaveChunk? {
        guard let header = try header() else { return nil }
        walked += 1
        guard walked <= Self.chunkLimit else {
            throw WaveSourceError("more than \(Self.chunkLimit) chunks", at: position)
        }
        let rest = file.byteCount - header.contentsOffset
        let end = header.contentsOffset + min(header.byteCount ?? rest, rest)
        try pass(to: end, fromOddSize: (end - header.contentsOffset) % 2 == 1)
        return WaveChunk(identifier: header.identifier, contents: header.contentsOffset..<end)
    }

    /// Moves to `end`, the end of some contents, and behind their pad byte if there is one.
    mutating func pass(to end: UInt64, fromOddSize isOdd: Bool) throws(WaveSourceError) {
        position = end
        guard isOdd, end < file.byteCount else { return }
        if try header(at: end + 1) != nil {
            position = end + 1
        } else if try header(at: end) == nil {
            position = end + 1
        }
    }

    /// What the walker has not reached.
    var rest: Range<UInt64> {
        min(position, file.byteCount)..<file.byteCount
    }

    /// Whether chunks and nothing else fill the rest of the file.
    func reachesEnd() throws(WaveSourceError) -> Bool {
        var walker = self
        while try walker.next() != nil {}
        return walker.position >= file.byteCount
    }

    /// The chunk header at `offset`: four printable characters, and a size that fits in the file, which only `data` may exceed. Nil if
    /// there is none.
    private func header(at offset: UInt64) throws(WaveSourceError) -> Header? {
        var reader = ByteReader(try file.bytes(from: offset, atMost: 8))
        guard let name = reader.read(4), let size = reader.readLittleEndian(UInt32.self),
            name.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        let identifier = String(decoding: name, as: UTF8.self)
        let contentsOffset = offset + 8
        let field = isBigEndian ? size.byteSwapped : size
        let byteCount = field == UInt32.max ? largeSizes[identifier] : UInt64(field)
        guard identifier == "data" || byteCount.map({ $0 <= file.byteCount - contentsOffset }) == true else {
            return nil
        }
        return Header(identifier: identifier, contentsOffset: contentsOffset, byteCount: byteCount)
    }
}
