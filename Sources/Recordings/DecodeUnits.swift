import Support

/// A run of samples that is decoded at once and kept as one block.
struct DecodeUnit {
    /// Its number among the recording's units.
    let number: UInt64
    /// The decoded samples it covers, before anything is trimmed from the stream's ends.
    let samples: Range<UInt64>
}

/// A coded stream cut into units that decode to the same samples however they are reached.
protocol DecodeUnits: Sendable {
    /// The unit that holds decoded sample `sample`, which is below the stream's sample count.
    func unit(containing sample: UInt64) throws(RecordingError) -> DecodeUnit

    /// The samples of `unit` as WAV bytes, from its first on; throws rather than yield other samples than the stream's.
    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block
}

/// Reads a recording through its decode units, each made once and kept in the block cache.
struct UnitReader<Units: DecodeUnits>: SampleReading {
    /// The recording's path, for errors.
    let path: String
    let units: Units
    /// Decoded samples before the recording's first: priming, pre-skip.
    let skippedSamples: UInt64
    /// Bytes of one sample of all channels.
    let blockAlign: UInt64
    let cache: BlockCache
    let owner: BlockOwner
    /// Counts the units that are decoded.
    let counter: DecodeCounter

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        try read(bytes: range, isAhead: false)
    }

    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        _ = try read(bytes: range, isAhead: true)
    }

    private func read(bytes range: Range<UInt64>, isAhead: Bool) throws(RecordingError) -> [BlockSlice] {
        guard let skippedBytes = skippedSamples.multiplied(by: blockAlign),
            let end = range.upperBound.adding(skippedBytes)
        else { throw RecordingError("the range does not fit 64 bits", recording: path) }
        var position = range.lowerBound + skippedBytes
        var slices: [BlockSlice] = []
        while position < end {
            let unit = try units.unit(containing: position / blockAlign)
            let key = BlockKey(owner: owner, number: unit.number)
            let block = try cache.block(key, isAhead: isAhead) { () throws(RecordingError) in try decode(unit) }
            // A unit begins at or before the sample it was asked for, and its samples fit 64 bits as bytes: `end` does.
            let start = position - unit.samples.lowerBound * blockAlign
            let stop = min(end - unit.samples.lowerBound * blockAlign, UInt64(block.count))
            guard start < stop else {
                throw RecordingError("the stream ends early here", recording: path, samples: unit.samples)
            }
            slices.append(BlockSlice(block, Int(start)..<Int(stop)))
            position += stop - start
        }
        return slices
    }

    private func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        let block = try units.decode(unit)
        counter.units.add()
        counter.samples.add(UInt64(block.count) / blockAlign)
        return block
    }
}
