import AudioCoding

extension StreamStatistics {
    /// Of the stream in `blob`, which has the frames of `table`.
    init(of table: FrameTable, in blob: CodedBlob, indexNames: [String]) {
        self.init(byteCount: blob.byteCount, indexNames: indexNames)
        for index in 0..<table.count {
            if let frame = table[index] { countFrame(byteCount: UInt64(frame.byteCount)) }
        }
    }
}
