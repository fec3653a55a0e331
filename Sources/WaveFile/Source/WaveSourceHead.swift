import Support

/// The part of a WAV file before its samples, up to and including the header of the `data` chunk.
public struct WaveSourceHead: Sendable, Equatable {
    /// The format of the samples.
    public let format: WaveSourceFormat
    /// The chunks before the samples.
    let chunks: [WaveChunk]
    /// Bytes before the samples.
    public let byteCount: UInt64
    /// Bytes of samples that the header claims; nil if it leaves them open.
    let claimedByteCount: UInt64?

    /// The head of another kind of file.
    init(format: WaveSourceFormat, byteCount: UInt64, claimedByteCount: UInt64?) {
        self.format = format
        chunks = []
        self.byteCount = byteCount
        self.claimedByteCount = claimedByteCount
    }

    /// Reads the head of `file`: RIFF, RIFX with its big-endian numbers, or RF64 and BW64 with their `ds64` chunk.
    public init(of file: WaveBytes) throws(WaveSourceError) {
        let start = try file.bytes(from: 0, atMost: 12)
        let form = start.prefix(4)
        let isLarge = form.elementsEqual("RF64".utf8) || form.elementsEqual("BW64".utf8)
        let isBigEndian = form.elementsEqual("RIFX".utf8)
        guard start.count == 12, isLarge || isBigEndian || form.elementsEqual("RIFF".utf8),
            start.suffix(4).elementsEqual("WAVE".utf8)
        else { throw WaveSourceError("does not begin as a WAV file does") }

        var walker = WaveChunkWalker(file, at: 12, isBigEndian: isBigEndian)
        var format: WaveSourceFormat?
        var chunks: [WaveChunk] = []
        while let header = try walker.header(), header.identifier != "data" {
            guard let chunk = try walker.next() else { break }
            chunks.append(chunk)
            if chunk.identifier == "fmt ", format == nil {
                format = try WaveSourceFormat(file.bytes(chunk.contents, atMost: 64), isBigEndian: isBigEndian)
            } else if chunk.identifier == "ds64", isLarge {
                walker.largeSizes = Self.largeSizes(try file.bytes(chunk.contents, atMost: 64 << 10))
            }
        }
        guard let data = try walker.header() else { throw WaveSourceError("has no data chunk") }
        guard let format else { throw WaveSourceError("has no fmt chunk before its samples") }
        self.format = format
        self.chunks = chunks
        byteCount = data.contentsOffset
        claimedByteCount = data.byteCount
    }

    /// The sizes in a `ds64` chunk (EBU Tech 3306): of the file, of the samples, the number of samples, and a table of others.
    private static func largeSizes(_ contents: [UInt8]) -> [String: UInt64] {
        var reader = ByteReader(contents)
        guard reader.skip(8), let data = reader.readLittleEndian(UInt64.self), reader.skip(8) else { return [:] }
        var sizes = ["data": data]
        guard let count = reader.readLittleEndian(UInt32.self) else { return sizes }
        for _ in 0..<count {
            guard let name = reader.read(4), let size = reader.readLittleEndian(UInt64.self) else { break }
            sizes[String(decoding: name, as: UTF8.self)] = size
        }
        return sizes
    }
}
