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
        let parts = try parts(of: range)
        var blocks = [Block?](repeating: nil, count: parts.count)
        // What another thread decodes is waited for when nothing else is left to do.
        for (index, part) in parts.enumerated() where parts.count > 1 {
            guard try !isUnderWay(part.unit) else { continue }
            blocks[index] = try block(part.unit, isAhead: isAhead)
        }
        var slices: [BlockSlice] = []
        for (part, decoded) in zip(parts, blocks) {
            let block = if let decoded { decoded } else { try block(part.unit, isAhead: isAhead) }
            guard part.bytes.upperBound <= UInt64(block.count) else {
                throw RecordingError("the stream ends early here", recording: path, samples: part.unit.samples)
            }
            slices.append(BlockSlice(block, Int(part.bytes.lowerBound)..<Int(part.bytes.upperBound)))
        }
        return slices
    }

    /// The units that hold the recording's bytes `range`, in order, and which of each one's bytes those are.
    private func parts(
        of range: Range<UInt64>
    ) throws(RecordingError) -> [(unit: DecodeUnit, bytes: Range<UInt64>)] {
        guard let skippedBytes = skippedSamples.multiplied(by: blockAlign),
            let end = range.upperBound.adding(skippedBytes)
        else { throw RecordingError("the range does not fit 64 bits", recording: path) }
        var position = range.lowerBound + skippedBytes
        var parts: [(unit: DecodeUnit, bytes: Range<UInt64>)] = []
        while position < end {
            let unit = try units.unit(containing: position / blockAlign)
            // A unit begins at or before the sample it was asked for, and that fits 64 bits as bytes.
            let start = unit.samples.lowerBound * blockAlign
            let stop = min(end, unit.samples.upperBound.multiplied(by: blockAlign) ?? .max)
            guard position < stop else {
                throw RecordingError("the stream ends early here", recording: path, samples: unit.samples)
            }
            parts.append((unit, position - start..<stop - start))
            position = stop
        }
        return parts
    }

    /// Whether another thread decodes `unit`, or what must be decoded before it.
    private func isUnderWay(_ unit: DecodeUnit) throws(RecordingError) -> Bool {
        let key = BlockKey(owner: owner, number: unit.number)
        guard !cache.isBeingMade(key) else { return true }
        guard !cache.keeps(key), let predecessor = try units.predecessor(of: unit) else { return false }
        return try isUnderWay(predecessor)
    }

    /// The samples of `unit`, decoded by one thread while all others who want them wait.
    private func block(_ unit: DecodeUnit, isAhead: Bool) throws(RecordingError) -> Block {
        try cache.block(BlockKey(owner: owner, number: unit.number), isAhead: isAhead) { () throws(RecordingError) in
            // Threads that want units one behind the other share the work so: none goes through what another decodes.
            // What is lost of the one before is no loss of this one: that shows when it is decoded itself.
            if let predecessor = try units.predecessor(of: unit) { _ = try? block(predecessor, isAhead: isAhead) }
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
