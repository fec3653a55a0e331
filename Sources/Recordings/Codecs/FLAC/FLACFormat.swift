import AudioCoding

/// The frames of a FLAC stream.
struct FLACFormat: FrameFormat {
    static let indexName = FLACCodec.indexName
    // Checksums of header and frame, and the numbers of the frames, tell a frame from everything else.
    static let isDamageProof = true

    let streamInfo: FLACStreamInfo
    let firstFrameOffset: UInt64

    /// The frames behind `metadata`.
    init(_ metadata: FLACMetadata) {
        streamInfo = metadata.streamInfo
        firstFrameOffset = metadata.firstFrameOffset
    }

    var frameByteCountLimit: Int { streamInfo.frameByteCountLimit }

    func makeScanner() -> FLACFrameScanner { FLACFrameScanner(streamInfo: streamInfo, offset: firstFrameOffset) }
}
