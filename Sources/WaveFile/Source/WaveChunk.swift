import Support

/// A chunk of a RIFF file: its name, and where its contents are.
public struct WaveChunk: Sendable, Equatable {
    /// Four characters, as they stand in the file.
    public let identifier: String
    /// The bytes of its contents in the file, cut to what the file has; header and pad byte do not belong to them.
    public let contents: Range<UInt64>
}

/// Walks over the chunks of a file, as careless as recorders write them: a chunk of odd size may or may not have its pad
/// byte, and the last may be cut short.
struct WaveChunkWalker {
    /// More chunks than any file has.
    private static let chunkLimit = 4096

    private let file: WaveBytes
    private var position: UInt64
    private var walked = 0
    /// The sizes that `ds64` has for chunks of more than 32 bits, by their names.
    var largeSizes: [String: UInt64] = [:]

    /// A walker at the chunk that begins at `position`.
    init(_ file: WaveBytes, at position: UInt64) {
        self.file = file
        self.position = position
    }

    /// A chunk's header, and the size it claims; nil where it says that it does not know.
    struct Header {
        let identifier: String
        let contentsOffset: UInt64
        let byteCount: UInt64?
    }

    /// The header where the walker stands, which stays where it is; nil where none stands there.
    func header() throws(WaveSourceError) -> Header? {
        try header(at: position)
    }

    /// The next chunk; nil where no more follow.
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

    /// Goes on behind contents that end at `end`, and behind their pad byte where there is one.
    mutating func pass(to end: UInt64, fromOddSize isOdd: Bool) throws(WaveSourceError) {
        position = end
        guard isOdd, end < file.byteCount else { return }
        if try header(at: end + 1) != nil {
            position = end + 1
        } else if try header(at: end) == nil {
            position = end + 1
        }
    }

    /// Whether chunks, and nothing else, follow up to the end of the file.
    func reachesEnd() throws(WaveSourceError) -> Bool {
        var walker = self
        while try walker.next() != nil {}
        return walker.position >= file.byteCount
    }

    /// A chunk's header at `offset`: four printable characters, and a size that fits the file. `data` may claim any size.
    private func header(at offset: UInt64) throws(WaveSourceError) -> Header? {
        var reader = ByteReader(try file.bytes(from: offset, atMost: 8))
        guard let name = reader.read(4), let field = reader.readLittleEndian(UInt32.self),
            name.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        let identifier = String(decoding: name, as: UTF8.self)
        let contentsOffset = offset + 8
        let byteCount = field == UInt32.max ? largeSizes[identifier] : UInt64(field)
        guard identifier == "data" || byteCount.map({ $0 <= file.byteCount - contentsOffset }) == true else {
            return nil
        }
        return Header(identifier: identifier, contentsOffset: contentsOffset, byteCount: byteCount)
    }
}
