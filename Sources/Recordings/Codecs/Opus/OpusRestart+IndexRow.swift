import AudioCoding

/// A row of `opus_sync`: `[first_packet, preroll_packet]`.
extension OpusRestart: IndexRow {
    /// Numbers in a row.
    static let columnCount = 2

    /// The numbers that the row is stored as.
    var numbers: [UInt64] { [firstPacket, preRollPacket] }

    /// The row that is stored as `numbers`, of which there are exactly `columnCount`.
    init(numbers: ArraySlice<UInt64>) {
        let first = numbers.startIndex
        self.init(firstPacket: numbers[first], preRollPacket: numbers[first + 1])
    }
}
