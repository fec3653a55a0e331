import Support

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
        let blocks = parts.count > 1 ? try blocksOfNobodyElse(parts.map(\.unit), isAhead: isAhead) : [nil]
        var slices: [BlockSlice] = []
        for (part, decoded) in zip(parts, blocks) {
            let block = if let decoded { decoded } else { try block(part.unit, by: units, isAhead: isAhead) }
            guard part.bytes.upperBound <= UInt64(block.count) else {
                throw RecordingError("the stream ends early here", recording: path, samples: part.unit.samples)
            }
            slices.append(BlockSlice(block, Int(part.bytes.lowerBound)..<Int(part.bytes.upperBound)))
        }
        return slices
    }

    /// The units that hold the recording's bytes `range`, in order, and which bytes of each unit those are.
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

    /// The samples of those of `wanted`, which follow each other, that no other thread decodes, and nil for the others: those are
    /// waited for when nothing else is left to do.
    private func blocksOfNobodyElse(_ wanted: [DecodeUnit], isAhead: Bool) throws(RecordingError) -> [Block?] {
        var blocks = [Block?](repeating: nil, count: wanted.count)
        // Units that are still to be decoded share what they are decoded from.
        var run = 0..<0
        var decoder: any UnitDecoder = units
        for (index, unit) in wanted.enumerated() {
            guard try !isUnderWay(unit) else { continue }
            if !run.contains(index) {
                let end = wanted[index...].firstIndex { !isStillToBeDecoded($0) } ?? wanted.endIndex
                run = index..<max(end, index + 1)
                decoder = run.count > 1 ? units.decoder(of: wanted[run]) : units
            }
            blocks[index] = try block(unit, by: decoder, isAhead: isAhead)
        }
        return blocks
    }

    /// Whether `unit` is neither kept nor being decoded.
    private func isStillToBeDecoded(_ unit: DecodeUnit) -> Bool {
        let key = BlockKey(owner: owner, number: unit.number)
        return !cache.isBeingMade(key) && !cache.keeps(key)
    }

    /// Whether another thread decodes `unit`, or what must be decoded before it.
    private func isUnderWay(_ unit: DecodeUnit) throws(RecordingError) -> Bool {
        let key = BlockKey(owner: owner, number: unit.number)
        guard !cache.isBeingMade(key) else { return true }
        guard !cache.keeps(key), let predecessor = try units.predecessor(of: unit) else { return false }
        return try isUnderWay(predecessor)
    }

    /// The samples of `unit`, decoded by one thread, with `decoder`, while all others who want them wait.
    private func block(
        _ unit: DecodeUnit, by decoder: any UnitDecoder, isAhead: Bool
    ) throws(RecordingError) -> Block {
        try cache.block(BlockKey(owner: owner, number: unit.number), isAhead: isAhead) { () throws(RecordingError) in
            // So threads that want units one after the other share the work: none decodes what another decodes.
            // If the one before cannot be decoded, this one may still be: that shows when it is decoded itself.
            if let predecessor = try units.predecessor(of: unit) {
                _ = try? block(predecessor, by: units, isAhead: isAhead)
            }
            let block = try decoder.decode(unit)
            counter.units.add()
            counter.samples.add(UInt64(block.count) / blockAlign)
            return block
        }
    }
}
