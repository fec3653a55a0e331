import AudioCoding

/// The frames of an ADTS stream.
struct ADTSFormat: CountedFrameFormat {
    static let indexName = AACCodec.indexName
    // A header has no checksum of its own.
    static let isDamageProof = false
    static let codec = AudioCodingError.Codec.aac
    static let frameName = "ADTS frame"
    static let headerByteCount = ADTSHeader.maximumByteCount

    /// Samples of one channel that a frame decodes to: what only a decoder can tell, and only a check needs to know.
    var samplesPerFrame = 1024

    var frameByteCountLimit: Int { ADTSHeader.frameByteCountLimit }

    func makeScanner() -> ADTSScanner { ADTSScanner(samplesPerFrame: samplesPerFrame) }

    func frameByteCount(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int? {
        ADTSHeader.parse(bytes)?.frameByteCount
    }
}
