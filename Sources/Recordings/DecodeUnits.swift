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

    /// The unit that is best decoded before `unit`, since its decoding ends where that one's begins; nil where there is none, or
    /// nothing to gain.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit?

    /// The samples of `unit` as WAV bytes, from its first on; throws rather than yield other samples than the stream's.
    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block
}

extension DecodeUnits {
    /// None: units are decoded each by itself.
    func predecessor(of unit: DecodeUnit) throws(RecordingError) -> DecodeUnit? { nil }
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
            let block = try block(unit, isAhead: isAhead)
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

    /// The samples of `unit`, decoded by one thread while all others who want them wait.
    private func block(_ unit: DecodeUnit, isAhead: Bool) throws(RecordingError) -> Block {
        try cache.block(BlockKey(owner: owner, number: unit.number), isAhead: isAhead) { () throws(RecordingError) in
            // Threads that want units one behind the other share the work so: none goes through what another decodes.
            if let predecessor = try units.predecessor(of: unit) { _ = try block(predecessor, isAhead: isAhead) }
            return try decode(unit)
        }
    }

    private func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        let block = try units.decode(unit)
        counter.units.add()
        counter.samples.add(UInt64(block.count) / blockAlign)
        return block
    }
}
