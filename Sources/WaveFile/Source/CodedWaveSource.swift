/// A WAV file whose samples only a decoder can read: coded ones, and those behind an ID3 tag.
public struct CodedWaveSource: Sendable {
    /// The metadata in its chunks.
    public let metadata: WaveMetadata
    /// The range of its `data` chunk's contents in the file; empty, at the end of the file, if it has none.
    public let data: Range<UInt64>
    /// Bytes of other sound behind the samples: that of a second `data` chunk, or of a whole WAV file.
    public let otherSoundByteCount: UInt64

    /// Reads the chunks of the file that begins at `offset` of `file`; nil if none begins there. The samples are not looked at. Fields that
    /// are not valid are left out.
    public init?(_ file: WaveBytes, at offset: UInt64) throws(WaveSourceError) {
        let start = try file.bytes(from: offset, atMost: 12)
        let form = String(decoding: start.prefix(4), as: UTF8.self)
        guard ["RIFF", "RIFX", "RF64", "BW64"].contains(form), start.dropFirst(8).elementsEqual("WAVE".utf8) else {
            return nil
        }
        let isBigEndian = form == "RIFX"
        var walker = WaveChunkWalker(file, at: offset + 12, isBigEndian: isBigEndian)
        var metadata = WaveMetadata()
        var data: Range<UInt64>?
        var laterChunks: [WaveChunk] = []
        while let chunk = try walker.next() {
            if data != nil { laterChunks.append(chunk) }
            if chunk.identifier == "data" { data = data ?? chunk.contents }
            try metadata.add(chunk, of: file, isBigEndian: isBigEndian)
        }
        self.metadata = metadata
        otherSoundByteCount = try OtherSound.byteCount(in: laterChunks, of: file, behind: walker)
        self.data = data ?? file.byteCount..<file.byteCount
    }
}
