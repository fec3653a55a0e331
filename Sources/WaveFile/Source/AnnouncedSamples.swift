import Support

/// How many bytes of samples a file announces, in formats of which libavformat tells only what is there: Sony Wave64 and Apple's CAF.
public enum AnnouncedSamples {
    /// More than any such file has before its samples.
    private static let chunkLimit = 1024

    /// Bytes of samples that `file` announces and does not have; 0 if it is of another format, or leaves open how many it has.
    public static func missingByteCount(of file: WaveBytes) throws(WaveSourceError) -> UInt64 {
        let start = try file.bytes(from: 0, atMost: 16)
        let format: ChunkFormat
        switch start {
        case _ where start.starts(with: "caff".utf8): format = .caf
        case _ where start == wave64Name("riff"): format = .wave64
        default: return 0
        }
        var offset = format.firstChunkOffset
        for _ in 0..<chunkLimit {
            guard let chunk = format.chunk(try file.bytes(from: offset, atMost: 24)),
                let end = offset.adding(chunk.byteCount)
            else { return 0 }
            if chunk.isData { return end.subtracting(file.byteCount) ?? 0 }
            offset = end
        }
        return 0
    }

    /// The GUID that Wave64 has for the chunk that RIFF calls `name`.
    fileprivate static func wave64Name(_ name: String) -> [UInt8] {
        let suffix: [UInt8] =
            name == "riff"
            ? [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00]
            : [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
        return Array(name.utf8) + suffix
    }
}

/// How chunks follow each other in a file.
private enum ChunkFormat {
    /// A GUID, and the size with this header, in multiples of 8 bytes ("Sony Pictures Digital: Wave64").
    case wave64
    /// A name of four characters, and the size without this header, big-endian; -1 if it is not known yet (Apple Core Audio Format
    /// Specification).
    case caf

    var firstChunkOffset: UInt64 {
        switch self {
        case .wave64: 40
        case .caf: 8
        }
    }

    /// The chunk that begins with `header`: the bytes that it takes, and whether it has the samples.
    func chunk(_ header: [UInt8]) -> (byteCount: UInt64, isData: Bool)? {
        var reader = ByteReader(header)
        switch self {
        case .wave64:
            guard let name = reader.read(16), let size = reader.readLittleEndian(UInt64.self), size >= 24 else {
                return nil
            }
            let isData = Array(name) == AnnouncedSamples.wave64Name("data")
            return isData ? (size, true) : size.adding(7).map { ($0 / 8 * 8, false) }
        case .caf:
            guard let name = reader.read(4), let size = reader.readBigEndian(UInt64.self), size <= UInt64(Int64.max)
            else { return nil }
            return (size + 12, name.elementsEqual("data".utf8))
        }
    }
}
