import AudioCoding
import Support
import WaveFile
import Zarr

/// A FLAC stream, cut into decode units of one frame each: a FLAC frame can be decoded by itself.
///
/// A frame is found through the stored index if its row proves right against the frame's own header (CRC-8, coded number),
/// else through a table built from the stream. Which of the two it is depends on that row and the stream alone, so the same
/// unit always decodes from the same bytes.
final class FLACStream: DecodeUnits {
    let streamInfo: FLACStreamInfo
    /// Samples of one channel.
    let sampleCount: UInt64
    /// The frames as a file.
    let file: FLACFile
    /// The WAV samples that hold the stream's.
    let encoding: SampleEncoding

    private let path: String
    private let blob: CodedBlob
    private let frames: FrameFinder<FLACFormat>
    /// Samples of every frame but the last; nil if frames vary.
    private let fixedBlockSize: UInt64?
    private let decoders: DecoderPool<FLACStreamInfo.Form, FLACDecoder>
    /// The floats that the stream's integers stand for; nil if they stand for themselves.
    let floatScale: FloatScale?

    /// Reads what precedes the frames of `audio`, the first frame's header and, if nothing says how long the stream is, its last frame.
    ///
    /// An import knows how many samples the frames have. Recorders may announce others: those which did not finish a file, and some
    /// that count the samples of both channels.
    init(
        _ audio: StoredAudio, decoders: DecoderPool<FLACStreamInfo.Form, FLACDecoder>, _ services: StreamServices
    ) throws(RecordingError) {
        self.decoders = decoders
        path = audio.path
        blob = try audio.blob()
        do {
            let start = try blob.fetchingFirstBlock()
            let metadata = try FLACMetadata(of: start.stream)
            streamInfo = metadata.streamInfo
            floatScale = try Self.floatScale(audio.attributes, streamInfo)
            encoding = Self.encoding(of: streamInfo, floatScale)
            let first = try Self.header(at: metadata.firstFrameOffset, of: start, streamInfo)
            fixedBlockSize = first.map(\.isVariableBlockSize) == false ? UInt64(streamInfo.maximumBlockSize) : nil
            let counted = audio.attributes.totalSamples
            if let announced = streamInfo.totalSamples, counted ?? announced <= announced {
                sampleCount = counted ?? announced
            } else {
                let last = try FLACFrameScanner.lastFrame(of: blob.stream, streamInfo: streamInfo)
                sampleCount = min(last?.samples.upperBound ?? streamInfo.totalSamples ?? 0, counted ?? .max)
            }
            frames = FrameFinder(FLACFormat(metadata), in: blob, of: audio, services)
            file = FLACFile(metadata, in: blob, of: audio, sampleCount: sampleCount)
        } catch {
            throw RecordingError("its FLAC stream cannot be read", recording: path, cause: error)
        }
    }

    func prepare() {
        _ = storedRow(around: 0)
    }

    func unit(containing sample: UInt64) throws(RecordingError) -> DecodeUnit {
        if let fixedBlockSize {
            let number = sample / fixedBlockSize
            let start = number * fixedBlockSize
            return DecodeUnit(number: number, samples: start..<(start.adding(fixedBlockSize) ?? .max))
        }
        if let samples = storedSamples(around: sample) {
            return DecodeUnit(number: samples.lowerBound, samples: samples)
        }
        switch try frameTable().frame(containing: sample) {
        case .frame(let frame): return DecodeUnit(number: frame.firstSample, samples: frame.samples)
        case .hole(let samples): throw hole(samples)
        }
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        try decode(unit, by: storedRow(around: unit.samples.lowerBound), from: blob)
    }

    /// Decodes `unit` by `row`, the stored one of its number if there is one; coded bytes are read from `blob`, which is the
    /// stream's.
    private func decode(
        _ unit: DecodeUnit, by row: FrameIndexRow?, from blob: CodedBlob
    ) throws(RecordingError) -> Block {
        let start = unit.samples.lowerBound
        // Any failure here only means that the index is of no use for this frame.
        if let row, row.firstSample == start, let bytes = frames.bytes(of: row),
            let block = try? decode(bytes, startingAt: start, from: blob)
        {
            return block
        }
        let found = try frameTable().frame(containing: start)
        guard case .frame(let frame) = found, frame.firstSample == start else {
            if case .hole(let samples) = found { throw hole(samples) }
            throw hole(unit.samples)
        }
        do {
            return try decode(frame.bytes, startingAt: start, from: blob)
        } catch {
            throw RecordingError("a frame cannot be decoded", recording: path, samples: frame.samples, cause: error)
        }
    }

    private func hole(_ samples: Range<UInt64>) -> RecordingError {
        RecordingError(
            "the stream is damaged: no intact frame holds these samples", recording: path,
            samples: samples.clamped(to: 0..<sampleCount))
    }

    // MARK: - Finding frames

    /// The samples of the frame that holds `sample` by the stored index, if the frame's own header says the same.
    private func storedSamples(around sample: UInt64) -> Range<UInt64>? {
        guard let row = storedRow(around: sample), let bytes = frames.bytes(of: row),
            let header = (try? Self.header(at: bytes.lowerBound, of: blob, streamInfo)) ?? nil,
            header.firstSample == row.firstSample, header.samples.contains(sample)
        else { return nil }
        return header.samples
    }

    private func storedRow(around sample: UInt64) -> FrameIndexRow? {
        guard let index = frames.index else { return nil }
        let number = fixedBlockSize.map { sample / $0 } ?? (try? index.lastRow(startingAtOrBefore: sample)) ?? nil
        return number.flatMap { number in (try? index.row(number)) ?? nil }
    }

    /// All frames, found in the stream itself.
    private func frameTable() throws(RecordingError) -> FrameTable {
        do {
            return try frames.table()
        } catch {
            throw RecordingError("its stream cannot be read", recording: path, cause: error)
        }
    }

    private static func floatScale(
        _ attributes: AudioAttributes, _ streamInfo: FLACStreamInfo
    ) throws(AudioCodingError) -> FloatScale? {
        guard let attribute = attributes.floatScale else { return nil }
        guard let scale = attribute.scale, FLACDecoder.outputBytesPerSample(of: streamInfo) > 1 else {
            throw AudioCodingError(.flac, "its float_scale is not supported")
        }
        return scale
    }

    private static func encoding(of streamInfo: FLACStreamInfo, _ floatScale: FloatScale?) -> SampleEncoding {
        if let floatScale { return floatScale.format == .float32 ? .float32 : .float64 }
        return switch FLACDecoder.outputBytesPerSample(of: streamInfo) {
        case 1: .unsigned8
        case 2: .integer16
        case 3: .integer24
        default: .integer32
        }
    }

    private static func header(
        at offset: UInt64, of blob: CodedBlob, _ streamInfo: FLACStreamInfo
    ) throws(ZarrError) -> FLACFrameHeader? {
        guard let end = offset.adding(UInt64(FLACFrameHeader.maximumByteCount)) else { return nil }
        let bytes = try blob.bytes(offset..<end)
        return bytes.withUnsafeBytes { FLACFrameHeader.parse($0, of: streamInfo) }
    }

    // MARK: - Runs

    func decoder(of run: ArraySlice<DecodeUnit>) -> any UnitDecoder {
        guard let rows = storedRows(of: run) else { return self }
        let extents = zip(run, rows).map { unit, row -> Range<UInt64>? in
            if let row { return frames.bytes(of: row) }
            guard frames.index == nil, let table = try? frames.table(),
                case .frame(let frame) = table.frame(containing: unit.samples.lowerBound)
            else { return nil }
            return frame.bytes
        }
        return Run(stream: self, rows: rows, coded: CodedRun(run, in: blob, extents: extents))
    }

    /// What `storedRow` gives for the first sample of each unit of `run`; nil if that has to be looked up one by one.
    private func storedRows(of run: ArraySlice<DecodeUnit>) -> [FrameIndexRow?]? {
        guard let index = frames.index else { return [FrameIndexRow?](repeating: nil, count: run.count) }
        guard fixedBlockSize != nil, let first = run.first?.number, let last = run.last?.number else {
            return run.map { storedRow(around: $0.samples.lowerBound) }
        }
        // Frames of one size are numbered as the rows are.
        let end = min(last + 1, index.count)
        guard first < end, let rows = try? index.rowsAndNeighbours(first..<end) else { return nil }
        return run.map { unit in Int(exactly: unit.number - first).flatMap { $0 < rows.count ? rows[$0] : nil } }
    }

    private final class Run: UnitDecoder {
        private let stream: FLACStream
        private let rows: [FrameIndexRow?]
        private var coded: CodedRun

        init(stream: FLACStream, rows: [FrameIndexRow?], coded: CodedRun) {
            self.stream = stream
            self.rows = rows
            self.coded = coded
        }

        func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
            guard let position = coded.position(of: unit) else { return try stream.decode(unit) }
            return try stream.decode(unit, by: rows[position], from: coded.blob(at: position))
        }

        func fetchAhead() -> FetchedBytes? { coded.fetchAhead() }

        func expect() { coded.expect() }
    }

    // MARK: - Decoding

    /// The samples of the frame in `bytes`, which must begin with sample `start`.
    private func decode(_ bytes: Range<UInt64>, startingAt start: UInt64, from blob: CodedBlob) throws -> Block {
        try blob.withBytes(bytes) { coded in
            guard let header = FLACFrameHeader.parse(coded, of: streamInfo), header.firstSample == start else {
                throw AudioCodingError(.flac, "no frame of sample \(start) begins here", at: bytes.lowerBound)
            }
            return try decoders.withDecoder(for: streamInfo.form) {
                try FLACDecoder(streamInfo: streamInfo)
            } _: { decoder in
                let count = header.blockSize * streamInfo.channels
                return try Block(writtenCount: count * encoding.bytes) { samples in
                    guard let floatScale else { return _ = try decoder.decode(coded, into: samples) }
                    let width = decoder.outputBytesPerSample
                    try withUnsafeTemporaryAllocation(byteCount: count * width, alignment: 16) { integers in
                        _ = try decoder.decode(coded, into: integers)
                        floatScale.write(floatsOf: UnsafeRawBufferPointer(integers), byteCount: width, to: samples)
                    }
                }
            }
        }
    }
}

extension FLACFrameHeader {
    /// The samples of the frame; the coded number has at most 36 bits.
    fileprivate var samples: Range<UInt64> { firstSample..<firstSample + UInt64(blockSize) }
}
