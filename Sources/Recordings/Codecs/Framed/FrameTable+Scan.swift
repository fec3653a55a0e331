import AudioCoding

extension FrameTable {
    /// The frames of the stream in `blob`.
    init<Format: FrameFormat>(of blob: CodedBlob, _ format: Format) throws {
        self.init()
        var scanner = format.makeScanner()
        let damage = Format.isDamageProof ? CodedBlob.passOverDamagedChunks : CodedBlob.stopAtDamage
        try blob.forEachPiece(from: format.firstFrameOffset, damage: damage) { piece in
            append(try scanner.consume(piece))
            try blob.checkFrameCount(count)
        }
        append(try scanner.finish())
    }
}
