import Support

/// A stream of counted frames, cut into decode units of a fixed number of them.
///
/// Every unit is decoded by a fresh decoder that is first given the frames before it (pre-roll), so what a unit decodes to
/// follows from the stream alone.
struct CountedFrameUnits<Decoder: FrameGroupDecoder>: DecodeUnits {
    /// Samples of one channel that the whole stream decodes to.
    let sampleCount: UInt64

    private let path: String
    private let frames: CountedFrames<Decoder.Format>
    private let decoder: Decoder
    private let framesPerUnit: UInt64
    private let samplesPerUnit: UInt64
    private let counter: DecodeCounter

    /// The units of `frames`, those of the recording at `path`. Pre-roll is counted by `counter`.
    init(
        of frames: CountedFrames<Decoder.Format>, _ decoder: Decoder, framesPerUnit: UInt64, path: String,
        counter: DecodeCounter
    ) throws(RecordingError) {
        guard let sampleCount = frames.count.multiplied(by: decoder.samplesPerFrame) else {
            throw RecordingError("its index has \(frames.count) frames", recording: path)
        }
        self.sampleCount = sampleCount
        self.path = path
        self.frames = frames
        self.decoder = decoder
        self.framesPerUnit = framesPerUnit
        samplesPerUnit = decoder.samplesPerFrame * framesPerUnit
        self.counter = counter
    }

    func unit(containing sample: UInt64) -> DecodeUnit {
        let number = sample / samplesPerUnit
        let start = number * samplesPerUnit
        return DecodeUnit(number: number, samples: start..<min(start.adding(samplesPerUnit) ?? .max, sampleCount))
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        try decode(unit, by: nil, from: frames.finder.blob)
    }

    private func decode(
        _ unit: DecodeUnit, by places: CountedFrames<Decoder.Format>.Places?, from blob: CodedBlob
    ) throws(RecordingError) -> Block {
        do {
            let first = unit.number * framesPerUnit
            let range = try framesNeeded(by: unit)
            let preRollCount = first - range.lowerBound
            counter.preRollSamples.add(preRollCount * decoder.samplesPerFrame)
            return try frames.withBytes(of: range, by: places, from: blob) { coded in
                try decoder.decode(
                    coded, droppingFirst: Int(clamping: preRollCount), isFromStart: range.lowerBound == 0)
            }
        } catch {
            throw RecordingError("frames cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// The frames of `unit`, and those that are to be decoded before them.
    private func framesNeeded(by unit: DecodeUnit) throws -> Range<UInt64> {
        let first = unit.number * framesPerUnit
        let preRollCount = try min(decoder.preRollCount(before: first, in: frames), first)
        return first - preRollCount..<min(first + framesPerUnit, frames.count)
    }

    // MARK: - Runs

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        guard let needed = try? run.map({ try framesNeeded(by: $0) }), let first = needed.first, let last = needed.last
        else { return self }
        let places = frames.places(of: first.lowerBound..<last.upperBound)
        let extents = needed.map { frames.extent(of: $0, by: places) }
        return Run(units: self, places: places, coded: CodedRun(run, in: frames.finder.blob, extents: extents))
    }

    private final class Run: UnitDecoder {
        private let units: CountedFrameUnits
        private let places: CountedFrames<Decoder.Format>.Places?
        private var coded: CodedRun

        init(units: CountedFrameUnits, places: CountedFrames<Decoder.Format>.Places?, coded: CodedRun) {
            self.units = units
            self.places = places
            self.coded = coded
        }

        func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
            guard let position = coded.position(of: unit) else { return try units.decode(unit) }
            return try units.decode(unit, by: places, from: coded.blob(at: position))
        }
    }
}
