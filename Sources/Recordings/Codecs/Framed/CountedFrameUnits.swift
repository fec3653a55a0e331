import AudioCoding
import Support

/// A stream of counted frames, cut into decode units of a fixed number of them.
///
/// Every unit is decoded as by a fresh decoder that is first given the frames before it (pre-roll), so what a unit decodes to
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
        try decode(unit, by: frames.indexed, from: frames.blob)
    }

    /// Decodes `unit` by `indexed`, else by the table of all frames; coded bytes are read from `blob`, which is the stream's.
    private func decode(
        _ unit: DecodeUnit, by indexed: IndexedFrames<Decoder.Format>?, from blob: CodedBlob
    ) throws(RecordingError) -> Block {
        do {
            if let indexed, let needed = frames(for: unit, by: indexed), let places = indexed.places(of: needed) {
                let block: Block? = try blob.withBytes(of: places) { coded in
                    try frames.areFrames(coded, at: places) ? decode(unit, needed, coded) : nil
                }
                if let block { return block }
            }
            let table = try frames.table()
            // A table has all frames.
            guard let needed = frames(for: unit, by: table), let places = table.places(of: needed) else {
                throw AudioCodingError(Decoder.Format.codec, "its frames are not found")
            }
            return try blob.withBytes(of: places) { try decode(unit, needed, $0) }
        } catch {
            throw RecordingError("frames cannot be decoded", recording: path, samples: unit.samples, cause: error)
        }
    }

    /// Decodes `coded`, the frames `needed` for `unit`.
    private func decode(
        _ unit: DecodeUnit, _ needed: Range<UInt64>, _ coded: [UnsafeRawBufferPointer]
    ) throws -> Block {
        let preRollCount = unit.number * framesPerUnit - needed.lowerBound
        counter.preRollSamples.add(preRollCount * decoder.samplesPerFrame)
        return try decoder.decode(
            coded, droppingFirst: Int(clamping: preRollCount), isFromStart: needed.lowerBound == 0)
    }

    /// The frames of `unit`, and those that are to be decoded before them; nil if `places` do not have those.
    private func frames(for unit: DecodeUnit, by places: some CountedFramePlaces) -> Range<UInt64>? {
        let first = unit.number * framesPerUnit
        let preRollCount = try? decoder.preRollCount(before: first) { number in
            guard let byteCount = places.byteCount(of: number) else { throw MissingFrame() }
            return byteCount
        }
        guard let preRollCount, first < frames.count else { return nil }
        return first - min(preRollCount, first)..<min(first + framesPerUnit, frames.count)
    }

    private struct MissingFrame: Error {}

    // MARK: - Runs

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        guard let indexed = frames.indexed else {
            return Run(self, run, nil, extents(of: run, by: try? frames.table()))
        }
        guard let first = run.first.flatMap({ frames(for: $0, by: indexed) }), let last = run.last else { return self }
        let end = min((last.number + 1) * framesPerUnit, frames.count)
        let held = indexed.holding(first.lowerBound..<max(end, first.upperBound))
        return Run(self, run, held, extents(of: run, by: held))
    }

    /// From the first to the last byte that decoding each unit of `run` needs.
    private func extents(of run: ArraySlice<DecodeUnit>, by places: (some CountedFramePlaces)?) -> [Range<UInt64>?] {
        run.map { unit in
            guard let places, let needed = frames(for: unit, by: places), let found = places.places(of: needed),
                let first = found.first, let last = found.last, first.lowerBound < last.upperBound
            else { return nil }
            return first.lowerBound..<last.upperBound
        }
    }

    private final class Run: UnitDecoder {
        private let units: CountedFrameUnits
        private let indexed: IndexedFrames<Decoder.Format>?
        private var coded: CodedRun

        init(
            _ units: CountedFrameUnits, _ run: ArraySlice<DecodeUnit>, _ indexed: IndexedFrames<Decoder.Format>?,
            _ extents: [Range<UInt64>?]
        ) {
            self.units = units
            self.indexed = indexed
            coded = CodedRun(run, in: units.frames.blob, extents: extents)
        }

        func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
            guard let position = coded.position(of: unit) else { return try units.decode(unit) }
            return try units.decode(unit, by: indexed, from: coded.blob(at: position))
        }

        func fetchAhead() -> FetchedBytes? { coded.fetchAhead() }

        func expect() { coded.expect() }
    }
}
