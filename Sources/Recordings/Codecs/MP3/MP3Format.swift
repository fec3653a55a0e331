import AudioCoding

/// The frames of an MP3 file.
struct MP3Format: CountedFrameFormat {
    static let indexName = MP3Codec.indexName
    // The checksum of a header is optional, and covers no more than the header and the side information.
    static let isDamageProof = false
    static let codec = AudioCodingError.Codec.mp3
    static let frameName = "MP3 frame"
    static let headerByteCount = MP3Header.byteCount

    /// Where the frames lie in the file.
    let layout: MP3Layout

    init(_ layout: MP3Layout) {
        self.layout = layout
    }

    var firstFrameOffset: UInt64 { layout.firstFrameOffset }
    var endOffset: UInt64? { layout.endOffset }
    var frameByteCountLimit: Int { MP3Header.frameByteCountLimit }
    var samplesPerFrame: Int { layout.header.samplesPerFrame }

    func makeScanner() -> MP3FrameScanner { MP3FrameScanner(layout) }

    func frameByteCount(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int? {
        layout.frameByteCount(bytes, at: offset)
    }
}
