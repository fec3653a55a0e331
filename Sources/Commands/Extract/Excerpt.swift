import Recordings
import Support
import WaveFile

/// A part of a recording, or of several that follow each other, to be written as a WAV file.
struct Excerpt: Sendable {
    /// A part of one recording.
    struct Piece: Sendable {
        let recording: Recording
        /// The samples; those outside the recording are silence.
        let samples: Range<Int64>
    }

    /// Samples that are read at once, at most, and their bytes, if those are more than of one.
    private static let readSampleCount: Int64 = 1 << 16
    private static let readByteCount: Int64 = 4 << 20

    /// The parts, in order; at least one.
    let pieces: [Piece]
    /// How they are written.
    private let encoding: SampleEncoding
    /// The file around them.
    private let layout: WaveLayout
    /// The bytes of the file.
    let byteCount: UInt64

    /// All of `recording`, as the file that a mount shows.
    init(whole recording: Recording) throws(CommandError) {
        do {
            guard let layout = try recording.waveLayout(), let end = Int64(exactly: recording.sampleCount) else {
                throw CommandError("its WAV file would be too large to exist")
            }
            self.layout = layout
            byteCount = UInt64(layout.head.count) + recording.dataByteCount + UInt64(layout.tail.count)
            pieces = [Piece(recording: recording, samples: 0..<end)]
            encoding = recording.format.encoding
        } catch let error as RecordingError {
            throw CommandError("the recording cannot be read", cause: error)
        } catch {
            throw CommandError("the recording cannot be written", cause: error)
        }
    }

    /// The part from `start` up to `end`; nil stands for the recording's own start or end. Throws if the end is before
    /// the start, or if some of the part lies outside the recording, unless `isPadded`.
    init(
        of recording: Recording, from start: SamplePosition?, to end: SamplePosition?, isPadded: Bool,
        encoding: SampleEncoding?
    ) throws(CommandError) {
        let samples = try recording.samples(from: start, to: end)
        if !isPadded { try recording.checkInside(samples, advice: "; --pad fills up with silence") }
        try self.init([Piece(recording: recording, samples: samples)], encoding: encoding)
    }

    /// The parts `pieces`, of which there is at least one, in the encoding of the first if `encoding` is nil. All recordings must have
    /// the rate and the channels of the first.
    init(_ pieces: [Piece], encoding: SampleEncoding?) throws(CommandError) {
        guard let source = pieces.first?.recording.format else { throw CommandError("there is nothing to write") }
        let encoding = encoding ?? source.encoding
        var count: UInt64? = 0
        for piece in pieces {
            let length = piece.samples.upperBound.subtracting(piece.samples.lowerBound).flatMap { UInt64(exactly: $0) }
            count = length.flatMap { count?.adding($0) }
        }
        guard let count,
            let format = WaveFormat(sampleRate: source.sampleRate, channels: source.channels, encoding: encoding),
            let layout = try Self.layout(of: pieces, format, sampleCount: count)
        else { throw CommandError("no WAV file holds so many samples of \(source.channels) channels") }
        self.pieces = pieces
        self.layout = layout
        self.encoding = encoding
        byteCount =
            UInt64(layout.head.count).adding(UInt64(layout.tail.count))
            .flatMap { count.multiplied(by: UInt64(format.blockAlign))?.adding($0) } ?? .max
    }

    /// The file around `sampleCount` samples in `format`, those of `pieces`; nil if there is none. It begins when the first piece does.
    private static func layout(
        of pieces: [Piece], _ format: WaveFormat, sampleCount: UInt64
    ) throws(CommandError) -> WaveLayout? {
        guard let first = pieces.first else { return nil }
        do throws(RecordingError) {
            var whole = try first.recording.description()
            whole.format = format
            if pieces.count == 1, let start = UInt64(exactly: first.samples.lowerBound),
                let end = UInt64(exactly: first.samples.upperBound), end <= whole.fileSampleCount
            {
                return whole.clipped(to: start..<end).layout(first.recording.metadata)
            }
            return whole.beginning(at: first.samples.lowerBound, sampleCount: sampleCount)
                .layout(first.recording.metadata)
        } catch {
            throw CommandError("what is known of the recording cannot be read", cause: error)
        }
    }

    /// The part of the first recording, in samples.
    var samples: Range<Int64> { pieces.first?.samples ?? 0..<0 }

    /// Hands the bytes of the WAV file to `write`, in order.
    func write(to write: OutputFile.Writer) throws(CommandError) {
        try layout.head.withBytes(write)
        for piece in pieces { try self.write(piece, to: write) }
        try layout.tail.withBytes(write)
    }

    /// Samples that a probe has at most, and how many places of the sound are probed.
    private static let probeSampleCount: Int64 = 1024, probeCount: Int64 = 8

    /// Some parts of the WAV file of a whole recording, and where they begin in it, in bytes: what is around the samples, the first and the last
    /// samples, and some between, evenly spread.
    func probes() throws(CommandError) -> [(offset: UInt64, bytes: [UInt8])] {
        var probes = [(offset: UInt64(0), bytes: layout.head), (byteCount - UInt64(layout.tail.count), layout.tail)]
        guard let piece = pieces.first, piece.samples.upperBound > 0 else { return probes }
        let count = piece.samples.upperBound
        let length = min(count, Self.probeSampleCount)
        let firsts = Set((0..<Self.probeCount).map { (count - length) / (Self.probeCount - 1) * $0 } + [count - length])
        for first in firsts {
            let range = Self.bytes(first..<first + length, of: piece.recording)
            var bytes: [UInt8] = []
            for slice in try read(range, of: piece.recording) { bytes += slice.bytes }
            probes.append((UInt64(layout.head.count) + range.lowerBound, bytes))
        }
        return probes
    }

    private func write(_ piece: Piece, to write: OutputFile.Writer) throws(CommandError) {
        let source = piece.recording.format
        let conversion = SampleConversion(from: source.encoding, to: encoding)
        let silence = [UInt8](repeating: encoding == .unsigned8 ? 128 : 0, count: source.channels * encoding.bytes)
        var position = piece.samples.lowerBound
        let sampleCount = max(min(Self.readSampleCount, Self.readByteCount / Int64(source.blockAlign)), 1)
        let reading = ReadingThrough(piece.recording.samples, Self.bytes(piece.samples, of: piece.recording))
        while position < piece.samples.upperBound {
            let end = position + min(sampleCount, piece.samples.upperBound - position)
            let inside = (position..<end).clamped(to: 0..<Int64(clamping: piece.recording.sampleCount))
            let before = inside.isEmpty ? end - position : inside.lowerBound - position
            for _ in 0..<before { try silence.withBytes(write) }
            if !inside.isEmpty {
                let bytes = Self.bytes(inside, of: piece.recording)
                reading?.willRead(bytes)
                for slice in try read(bytes, of: piece.recording) {
                    if source.encoding == encoding {
                        try write(slice.bytes)
                    } else {
                        try conversion.convert(slice.bytes).withBytes(write)
                    }
                }
                for _ in 0..<(end - inside.upperBound) { try silence.withBytes(write) }
            }
            position = end
        }
    }

    /// The bytes of those of `samples` that `recording` has.
    private static func bytes(_ samples: Range<Int64>, of recording: Recording) -> Range<UInt64> {
        let inside = samples.clamped(to: 0..<Int64(clamping: recording.sampleCount))
        let blockAlign = UInt64(recording.format.blockAlign)
        return UInt64(inside.lowerBound) * blockAlign..<UInt64(inside.upperBound) * blockAlign
    }

    private func read(_ bytes: Range<UInt64>, of recording: Recording) throws(CommandError) -> [BlockSlice] {
        do {
            return try recording.samples.read(bytes: bytes)
        } catch {
            throw CommandError("the recording cannot be read here", cause: error)
        }
    }
}

extension [UInt8] {
    /// Calls `body` with the bytes.
    fileprivate func withBytes(_ body: OutputFile.Writer) throws(CommandError) {
        var failure: CommandError?
        withUnsafeBytes { bytes in
            do throws(CommandError) {
                try body(bytes)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
