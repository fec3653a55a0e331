import AudioCoding

extension FrameTable {
    /// The frames of the FLAC stream in `blob`, which begin where `metadata` says.
    init(ofFLAC blob: CodedBlob, streamInfo: FLACStreamInfo, firstFrameOffset: UInt64) throws {
        self.init()
        var scanner = FLACFrameScanner(streamInfo: streamInfo, offset: firstFrameOffset)
        try blob.forEachPiece(from: firstFrameOffset, damage: CodedBlob.passOverDamagedChunks) {
            append(scanner.consume($0))
        }
        append(scanner.finish())
    }

    /// The frames of the ADTS stream in `blob`.
    init(ofADTS blob: CodedBlob, samplesPerFrame: Int) throws {
        self.init()
        var scanner = ADTSScanner(samplesPerFrame: samplesPerFrame)
        try blob.forEachPiece(from: 0) { append(try scanner.consume($0)) }
        append(try scanner.finish())
    }
}
