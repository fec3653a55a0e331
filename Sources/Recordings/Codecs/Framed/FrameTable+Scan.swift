import AudioCoding

extension FrameTable {
    /// The frames of the stream in `blob`.
    init<Format: FrameFormat>(of blob: CodedBlob, _ format: Format) throws {
        self.init()
        var scanner = format.makeScanner()
        let damage = Format.isDamageProof ? CodedBlob.passOverDamagedChunks : CodedBlob.stopAtDamage
        try blob.forEachPiece(from: format.firstFrameOffset, damage: damage) { append(try scanner.consume($0)) }
        append(try scanner.finish())
    }
}
