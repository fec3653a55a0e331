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
        do {
            let first = unit.number * framesPerUnit
            let preRollCount = try decoder.preRollCount(before: first, in: frames)
            let range = first - preRollCount..<min(first + framesPerUnit, frames.count)
            counter.preRollSamples.add(preRollCount * decoder.samplesPerFrame)
            return try frames.withBytes(of: range) { coded in
                try decoder.decode(
                    coded, droppingFirst: Int(clamping: preRollCount), isFromStart: range.lowerBound == 0)
            }
        } catch {
            throw RecordingError("frames cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }
}
