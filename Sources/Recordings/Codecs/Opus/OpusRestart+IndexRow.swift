import AudioCoding

/// A row of `opus_sync`: `[first_packet, preroll_packet, end_packet]`.
extension OpusRestart: IndexRow {
    /// Numbers in a row.
    static let columnCount = 3

    /// The numbers that the row is stored as.
    var numbers: [UInt64] { [firstPacket, preRollPacket, end ?? firstPacket] }

    /// The row that is stored as `numbers`, of which there are exactly `columnCount`.
    init(numbers: ArraySlice<UInt64>) {
        let first = numbers.startIndex
        self.init(firstPacket: numbers[first], preRollPacket: numbers[first + 1], end: numbers[first + 2])
    }
}

/// A row of `opus_sync` as it was written before restarts said where they end: `[first_packet, preroll_packet]`.
struct EndlessOpusRestart: IndexRow {
    static let columnCount = 2

    let restart: OpusRestart

    init(numbers: ArraySlice<UInt64>) {
        let first = numbers.startIndex
        restart = OpusRestart(firstPacket: numbers[first], preRollPacket: numbers[first + 1])
    }

    var numbers: [UInt64] { [restart.firstPacket, restart.preRollPacket] }
}
