import Support

/// Sound behind that of a WAV file: a second `data` chunk, or a second file that was joined to the first.
enum OtherSound {
    private static let forms: [[UInt8]] = ["RIFF", "RIFX", "RF64", "BW64"].map { Array($0.utf8) }

    /// Bytes of it in `chunks`, which follow the samples of `file`, and behind the last of them, where `walker` has stopped.
    static func byteCount(
        in chunks: [WaveChunk], of file: WaveBytes, behind walker: WaveChunkWalker
    ) throws(WaveSourceError) -> UInt64 {
        var count: UInt64 = 0
        for chunk in chunks where try isSound(chunk, of: file) {
            count = count.adding(UInt64(chunk.contents.count)) ?? .max
        }
        let rest = walker.rest
        return count.adding(try firstFile(in: rest, of: file).map { rest.upperBound - $0 } ?? 0) ?? .max
    }

    private static func isSound(_ chunk: WaveChunk, of file: WaveBytes) throws(WaveSourceError) -> Bool {
        if chunk.identifier == "data" { return !chunk.contents.isEmpty }
        guard forms.contains(Array(chunk.identifier.utf8)) else { return false }
        return try file.bytes(chunk.contents, atMost: 4).elementsEqual("WAVE".utf8)
    }

    /// The offset of the first WAV file that begins in `range`; nil if none does.
    private static func firstFile(in range: Range<UInt64>, of file: WaveBytes) throws(WaveSourceError) -> UInt64? {
        let pieceByteCount: UInt64 = 1 << 20
        var offset = range.lowerBound
        while offset < range.upperBound, offset - range.lowerBound < WaveSource.envelopeByteCountLimit {
            let piece = try file.bytes(offset..<range.upperBound, atMost: pieceByteCount + 11)
            let start = piece.indices.dropLast(11).first { index in
                piece[index] == UInt8(ascii: "R") || piece[index] == UInt8(ascii: "B")
                    ? forms.contains(Array(piece[index..<index + 4]))
                        && piece[index + 8..<index + 12].elementsEqual("WAVE".utf8)
                    : false
            }
            if let start { return offset + UInt64(start) }
            offset += pieceByteCount
        }
        return nil
    }
}
