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
    let requestsAtOnce: Int?
    /// Counts the units that are decoded.
    let counter: DecodeCounter

    func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
        try read(bytes: range, isAhead: false)
    }

    func decodeAhead(bytes range: Range<UInt64>) throws(RecordingError) {
        _ = try read(bytes: range, isAhead: true)
    }

    func stretch(containing byte: UInt64) -> Range<UInt64>? {
        guard let sample = (byte / blockAlign).adding(skippedSamples), let samples = units.stretch(containing: sample),
            let end = (samples.upperBound.subtracting(skippedSamples) ?? 0).multiplied(by: blockAlign)
        else { return nil }
        let start = (samples.lowerBound.subtracting(skippedSamples) ?? 0) * blockAlign
        return start < end ? start..<end : nil
    }

    func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
        units.decoder(of: try parts(of: range).map(\.unit)[...]).fetchAhead()
    }

    func expect(bytes range: Range<UInt64>) {
        guard let parts = try? parts(of: range) else { return }
        units.decoder(of: parts.map(\.unit)[...]).expect()
    }

    /// The state of one read.
    private struct Request {
        /// The units that it needs, in order, and which bytes of each.
        let parts: [(unit: DecodeUnit, bytes: Range<UInt64>)]
        let isAhead: Bool
        /// The decoder of the current run, and the numbers of the first and the last unit of that run.
        var run: (decoder: any UnitDecoder, numbers: ClosedRange<UInt64>)?
    }

    private func read(bytes range: Range<UInt64>, isAhead: Bool) throws(RecordingError) -> [BlockSlice] {
        var request = Request(parts: try parts(of: range), isAhead: isAhead)
        let parts = request.parts
        var blocks = [Block?](repeating: nil, count: parts.count)
        // Units that other threads are decoding come last, unless one leads to the next.
        let isInOrder = isAhead && parts.first.flatMap { units.stretch(containing: $0.unit.samples.lowerBound) } != nil
        for (index, part) in parts.enumerated() where parts.count > 1 && !isInOrder {
            if let kept = cache.keptBlock(BlockKey(owner: owner, number: part.unit.number), isAhead: isAhead) {
                blocks[index] = kept
            } else if try !isUnderWay(part.unit) {
                blocks[index] = try block(part.unit, for: &request)
            }
        }
        var slices: [BlockSlice] = []
        for (part, decoded) in zip(parts, blocks) {
            let block = if let decoded { decoded } else { try block(part.unit, for: &request) }
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

    /// Whether another thread decodes `unit`, or what must be decoded before it.
    private func isUnderWay(_ unit: DecodeUnit) throws(RecordingError) -> Bool {
        let key = BlockKey(owner: owner, number: unit.number)
        guard !cache.isBeingMade(key) else { return true }
        guard !cache.keeps(key), let predecessor = try units.predecessor(of: unit) else { return false }
        return try isUnderWay(predecessor)
    }

    /// The samples of `unit`, decoded by one thread while all others that need them wait.
    private func block(_ unit: DecodeUnit, for request: inout Request) throws(RecordingError) -> Block {
        let key = BlockKey(owner: owner, number: unit.number)
        return try cache.block(key, isAhead: request.isAhead) { () throws(RecordingError) in
            try checkCancellation(unit)
            try checkMemory(unit)
            let predecessor = try units.predecessor(of: unit)
            let decoder = try decoder(of: unit, after: predecessor, for: &request)
            // This way, threads that need consecutive units share the work: none decodes what another decodes. If the
            // one before cannot be decoded, this one may still be: that shows when it is decoded itself.
            if let predecessor { _ = try? block(predecessor, for: &request) }
            let block = try decoder.decode(unit)
            counter.units.add()
            counter.samples.add(UInt64(block.count) / blockAlign)
            return block
        }
    }

    /// Throws if nobody waits for `unit` any more.
    private func checkCancellation(_ unit: DecodeUnit) throws(RecordingError) {
        do throws(Cancelled) {
            try Cancellation.check()
        } catch {
            throw RecordingError("is not decoded to its end", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// Throws if there is too little memory for the samples of `unit`, and for its decoder.
    private func checkMemory(_ unit: DecodeUnit) throws(RecordingError) {
        let sampleCount = unit.samples.upperBound - unit.samples.lowerBound
        let needed = sampleCount.multiplied(by: blockAlign).flatMap { Int(exactly: $0)?.adding(Self.decoderByteCount) }
        guard AddressSpace.hasRoom(for: needed ?? .max) else {
            throw RecordingError("there is too little memory to decode it", recording: path, samples: unit.samples)
        }
    }

    /// About what a decoder takes, and the coded bytes.
    private static var decoderByteCount: Int { 1 << 20 }

    // MARK: - Runs

    /// A decoder of `unit`, which this thread is about to decode after `predecessor`, and of what `request` then needs: the units
    /// up to the first that is kept or being decoded already are one run.
    private func decoder(
        of unit: DecodeUnit, after predecessor: DecodeUnit?, for request: inout Request
    ) throws(RecordingError) -> any UnitDecoder {
        if let run = request.run, run.numbers.contains(unit.number) { return run.decoder }
        var run = [unit]
        var first = unit
        var before = predecessor
        while let unit = before, isStillToBeDecoded(unit) {
            run.insert(unit, at: 0)
            first = unit
            before = try units.predecessor(of: unit)
        }
        var last = unit
        for part in request.parts.drop(while: { $0.unit.number <= unit.number }) {
            guard isStillToBeDecoded(part.unit) else { break }
            run.append(part.unit)
            last = part.unit
        }
        let decoder = units.decoder(of: run[...])
        request.run = (decoder, first.number...max(first.number, last.number))
        return decoder
    }

    /// Whether `unit` is neither kept nor being decoded.
    private func isStillToBeDecoded(_ unit: DecodeUnit) -> Bool {
        let key = BlockKey(owner: owner, number: unit.number)
        return !cache.isBeingMade(key) && !cache.keeps(key)
    }
}
