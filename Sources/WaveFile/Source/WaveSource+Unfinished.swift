import Support

extension WaveSource {
    /// The plain samples of a Sony Wave64 or AIFF file, whether or not its sizes say where they end; nil if `file` is of another kind, or
    /// has coded samples.
    ///
    /// libavformat refuses such a file if its recorder has not finished it, so that its sizes are 0, or if other bytes follow it.
    public init?(unfinished file: WaveBytes) throws(WaveSourceError) {
        guard let format = ChunkFormat(start: try file.bytes(from: 0, atMost: 16)), format != .caf else { return nil }
        let chunks = try format.chunks(of: file)
        guard let samples = chunks.last, samples.name == format.samplesName,
            let description = chunks.first(where: { $0.name == (format == .aiff ? "COMM" : "fmt ") }),
            let descriptionByteCount = description.end?.subtracting(description.contentsOffset)
        else { return nil }
        let contents = try file.bytes(from: description.contentsOffset, atMost: min(descriptionByteCount, 64))
        let sampleFormat = format == .aiff ? Self.aiffFormat(contents) : try WaveSourceFormat(contents)
        guard let sampleFormat, sampleFormat.plainSamples != nil else { return nil }
        // In AIFF, an offset and a block size come first.
        var start = samples.contentsOffset
        if format == .aiff {
            var reader = ByteReader(try file.bytes(from: start, atMost: 8))
            guard let offset = reader.readBigEndian(UInt32.self), reader.skip(4) else { return nil }
            start += 8 + UInt64(offset)
        }
        guard start <= file.byteCount else { return nil }
        let end = min(samples.end ?? file.byteCount, file.byteCount)
        let available = end.subtracting(start) ?? 0
        var stray: UInt64 = 0
        if let last = samples.end.flatMap(format.start) {
            stray = try Self.strayByteCount(of: file, from: last, format)
        }
        self.init(
            container: format == .aiff ? "aiff" : "w64",
            head: WaveSourceHead(
                format: sampleFormat, byteCount: start, claimedByteCount: samples.end.map { _ in available }),
            data: start..<start + available - available % UInt64(sampleFormat.blockAlign),
            missingByteCount: samples.end?.subtracting(file.byteCount) ?? 0, isUnfinished: samples.end == nil,
            strayByteCount: stray, of: file)
    }

    /// Bytes at the end of `file` that are in none of the chunks from `offset` on.
    private static func strayByteCount(
        of file: WaveBytes, from offset: UInt64, _ format: ChunkFormat
    ) throws(WaveSourceError) -> UInt64 {
        var offset = offset
        for _ in 0..<1024 where offset < file.byteCount {
            let chunk = format.chunk(try file.bytes(from: offset, atMost: 24), at: offset)
            guard let end = chunk?.end, end <= file.byteCount, let next = format.start(behind: end) else { break }
            // Bytes that are all zeros look like the header of an empty chunk.
            guard chunk?.name.utf8.first ?? 0 != 0 else { break }
            offset = next
        }
        return file.byteCount.subtracting(offset) ?? 0
    }

    /// The format in the contents of a `COMM` chunk; nil if the samples are coded.
    private static func aiffFormat(_ contents: [UInt8]) -> WaveSourceFormat? {
        var reader = ByteReader(contents)
        guard let channels = reader.readBigEndian(UInt16.self), reader.skip(4),
            let bits = reader.readBigEndian(UInt16.self), let exponent = reader.readBigEndian(UInt16.self),
            let mantissa = reader.readBigEndian(UInt64.self)
        else { return nil }
        // An extended number of 80 bits: sign, exponent, and a mantissa of 64 bits with its leading 1.
        let rate = (Double(mantissa) * Double(sign: .plus, exponent: Int(exponent) - 16_383 - 63, significand: 1))
            .rounded()
        guard let sampleRate = UInt32(exactly: rate) else { return nil }
        let compression = reader.read(4).map { String(decoding: $0, as: UTF8.self) } ?? "NONE"
        guard ["NONE", "twos", "in24", "in32", "sowt", "fl32", "FL32", "fl64", "FL64"].contains(compression) else {
            return nil
        }
        return WaveSourceFormat(
            channels: Int(channels), sampleRate: sampleRate, bits: Int(bits),
            isFloat: compression.lowercased().hasPrefix("fl"), isBigEndian: compression != "sowt", isSigned8: true)
    }
}
