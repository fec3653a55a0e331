import Support

/// What can still be read of the metadata before the frames of a FLAC stream that breaks the rules: STREAMINFO may be in another
/// place, too long, cut short, contradictory or missing.
struct FLACStreamHints {
    /// Bytes in which the marker `fLaC` is looked for.
    private static let markerLimit = 64 << 10
    /// The most metadata blocks that are followed; no stream has so many.
    private static let blockLimit = 1024

    /// What STREAMINFO says, valid or not.
    struct Info {
        let minimumBlockSize, maximumBlockSize: Int
        /// 0 if it announces none.
        let sampleRate: UInt32
        let channels, bitsPerSample: Int
        /// 0 if it announces none.
        let totalSamples: UInt64

        fileprivate init?(_ bytes: [UInt8]) {
            var reader = ByteReader(bytes)
            guard let minimum = reader.readBigEndian(UInt16.self), let maximum = reader.readBigEndian(UInt16.self),
                reader.read(6) != nil, let packed = reader.readBigEndian(UInt64.self)
            else { return nil }
            minimumBlockSize = Int(minimum)
            maximumBlockSize = Int(maximum)
            sampleRate = UInt32(packed >> 44)
            channels = Int(packed >> 41 & 0x7) + 1
            bitsPerSample = Int(packed >> 36 & 0x1F) + 1
            totalSamples = packed & 0xF_FFFF_FFFF
        }
    }

    /// The first STREAMINFO; nil if there is none.
    private(set) var info: Info?
    /// How many STREAMINFO blocks there are.
    private(set) var infoCount = 0
    /// Where the metadata blocks end, in bytes from the start of the stream; nil if they do not.
    private(set) var endOffset: UInt64?

    /// Reads what is left of the metadata of `stream`.
    init(of stream: CodedStream) throws(AudioCodingError) {
        guard let marker = try Self.markerOffset(in: stream) else { return }
        var offset = marker + 4
        for _ in 0..<Self.blockLimit {
            let header = try stream.bytes(from: offset, atMost: 4, of: .flac)
            guard header.count == 4 else { return }
            let byteCount = header.dropFirst().reduce(0) { $0 << 8 | UInt64($1) }
            if header[0] & 0x7F == 0 {
                infoCount += 1
                let bytes = try stream.bytes(from: offset + 4, atMost: Int(min(byteCount, 34)), of: .flac)
                info = info ?? Info(bytes)
            }
            offset += 4 + byteCount
            guard offset <= stream.byteCount else { return }
            if header[0] & 0x80 != 0 {
                endOffset = offset
                return
            }
        }
    }

    /// Where `fLaC` is near the start of `stream`, behind ID3v2 tags; nil if it is not.
    static func markerOffset(in stream: CodedStream) throws(AudioCodingError) -> UInt64? {
        let start = try ID3v2.endOffset(of: stream, .flac)
        let bytes = try stream.bytes(from: start, atMost: markerLimit, of: .flac)
        return bytes.withUnsafeBytes { Self.marker(in: $0) }.map { start + UInt64($0) }
    }

    /// The first place in `bytes` of the marker; nil if it is not there.
    static func marker(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return (0...bytes.count - 4).first { index in
            bytes[index] == 0x66 && bytes[index + 1] == 0x4C && bytes[index + 2] == 0x61 && bytes[index + 3] == 0x43
        }
    }
}
