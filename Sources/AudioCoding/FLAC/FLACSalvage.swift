public import Support

/// The samples of a FLAC file, however damaged: those of all its whole frames, each at the place that its number gives, with silence
/// for what is lost between them.
///
/// What the frames' headers say counts; STREAMINFO, which may be wrong or missing, only fills in what they leave open.
///
/// Not Sendable: one thread at a time.
public final class FLACSalvage {
    /// Samples of silence that are returned at a time.
    private static let silencePieceLimit: UInt64 = 1 << 16

    /// Samples of one channel a second.
    public let sampleRate: UInt32
    /// 1 to 8, interleaved.
    public let channels: Int
    /// The format of the samples.
    public let format: SampleFormat
    /// Samples of one channel, silence included.
    public var sampleCount: UInt64 { places.sampleCount }
    /// What is lost.
    public private(set) var damage = MediaDamage()
    /// What else is wrong, in words.
    public private(set) var notes: [String] = []

    private let stream: CodedStream
    private let decoder: FLACDecoder
    private let places: FLACFramePlaces
    /// The next frame, and the sample that comes next.
    private var index = 0
    private var position: UInt64 = 0

    /// Finds all frames of `stream`; nil if it has none. Throws a `FLACFormChange` if they are of several forms.
    public init?(of stream: CodedStream) throws {
        let hints = try FLACStreamHints(of: stream)
        var start: UInt64 = 0
        if let end = hints.endOffset, try FLACFrameSearch.hasHeader(at: end, of: stream) { start = end }
        let frames = try FLACFrameSearch(stream, from: start, hints: hints).frames
        guard let first = frames.first else { return nil }
        let announced = hints.info?.totalSamples ?? 0
        let lost = hints.endOffset.flatMap { first.offset.subtracting($0) } ?? 0
        if let change = frames.firstIndex(where: { $0.form != first.form }) {
            let before = FLACFramePlaces(Array(frames[..<change]), announced: announced, lostByteCount: lost)
            throw FLACFormChange(from: first.form, to: frames[change].form, sample: before.sampleCount)
        }
        guard first.form.sampleRate > 0 else {
            throw AudioCodingError(.flac, "neither STREAMINFO nor the frames say its sample rate")
        }
        self.stream = stream
        sampleRate = first.form.sampleRate
        channels = first.form.channels
        format = .integer(bits: first.form.bitsPerSample)
        decoder = try FLACFrameDecoders().decoder(of: first.form)
        places = FLACFramePlaces(frames, announced: announced, lostByteCount: lost)
        noteHeader(hints, first)
        noteOrder()
        noteBytes(frames, from: hints.endOffset ?? first.offset)
        compare(withAnnounced: announced)
        findGaps()
    }

    /// Whether the file called `name` seems to be FLAC, by its name or the marker near its start.
    public static func isLikely(of stream: CodedStream, name: String) throws -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".flac") || name.hasSuffix(".fla") { return true }
        return try FLACStreamHints.markerOffset(in: stream) != nil
    }

    /// Whether a whole frame, of whatever form, is in `stream` from byte `offset` on.
    public static func hasFrame(in stream: CodedStream, from offset: UInt64) throws -> Bool {
        try !FLACFrameSearch(stream, from: offset, hints: FLACStreamHints(of: stream), limit: 1).frames.isEmpty
    }

    /// The next samples; nil at the end.
    public func nextSamples() throws -> SampleBuffer? {
        while index < places.places.count {
            let place = places.places[index]
            if place.start > position {
                let count = min(place.start - position, Self.silencePieceLimit)
                position += count
                return .silence(format, channels: channels, count: Int(count))
            }
            index += 1
            // Frames of another block size may overlap.
            let known = position - place.start
            guard known < UInt64(place.frame.blockSize) else { continue }
            position = place.end
            let samples = try decode(place.frame)
            return known == 0 ? samples : samples.subrange(Int(known)..<samples.sampleCount)
        }
        return nil
    }

    private func decode(_ frame: FLACFrameSearch.Frame) throws -> SampleBuffer {
        let bytes = try stream.bytes(from: frame.offset, atMost: frame.byteCount, of: .flac)
        let block = try Block(count: frame.blockSize * channels * format.byteCount) { samples in
            _ = try bytes.withUnsafeBytes { try decoder.decode(front: $0, blockSize: frame.blockSize, into: samples) }
        }
        return SampleBuffer(format: format, channels: channels, slice: BlockSlice(block))
    }

    // MARK: - What is wrong

    private func noteHeader(_ hints: FLACStreamHints, _ first: FLACFrameSearch.Frame) {
        guard let info = hints.info else {
            notes.append("its STREAMINFO is missing: what its frames say counts")
            return
        }
        var differences: [String] = []
        func compare(_ announced: Int, _ actual: Int, _ unit: String) {
            if announced != actual { differences.append("\(announced)\(unit) instead of \(actual)") }
        }
        compare(Int(info.sampleRate), Int(sampleRate), " Hz")
        compare(info.channels, channels, " channels")
        compare(info.bitsPerSample, first.form.bitsPerSample, " bits")
        let largest = places.places.map(\.frame.blockSize).max() ?? 0
        if info.maximumBlockSize < max(largest, 16) || info.minimumBlockSize > info.maximumBlockSize
            || info.maximumBlockSize > largest && places.places.count > 1 && !first.hasSampleNumber
        {
            differences.append(
                "blocks of \(info.minimumBlockSize) to \(info.maximumBlockSize) samples instead of up to \(largest)")
        }
        if !differences.isEmpty {
            notes.append("its STREAMINFO announces \(differences.joined(separator: ", ")): what its frames say counts")
        } else if let problem = FLACMetadata.problem(of: stream) {
            notes.append("its header is damaged (\(problem)): what its frames say counts")
        } else if hints.infoCount > 1 {
            notes.append("its header has \(hints.infoCount) STREAMINFO blocks: what its frames say counts")
        }
    }

    private func noteOrder() {
        if places.isOutOfOrder { notes.append("frames are out of order: each is put where its number says") }
        if places.duplicateCount > 0 {
            notes.append("\(places.duplicateCount) of its frames are there twice: each is taken once")
        }
        if places.skippedSamples > 0 {
            notes.append(
                "its first frame is numbered as that of \(clock(places.skippedSamples)) of a longer stream: it begins "
                    + "with it")
        }
        for joint in places.joints.prefix(3) {
            notes.append("another stream follows at \(clock(joint))")
        }
        if places.joints.count > 3 { notes.append("\(places.joints.count) streams follow the first") }
    }

    /// Notes bytes from `start` on that are no frame.
    private func noteBytes(_ frames: [FLACFrameSearch.Frame], from start: UInt64) {
        var end = start
        var strangeByteCount: UInt64 = 0
        for frame in frames {
            if frame.offset > end, !frame.followsMarker { strangeByteCount += frame.offset - end }
            end = max(end, frame.end)
        }
        if strangeByteCount > 0 {
            notes.append("damaged: \(strangeByteCount) bytes among its frames are no whole frame")
        }
        // Some writers put an ID3v1 tag there.
        let tail = (try? stream.tail(atMost: FLACFrameScanner.tagByteCount, of: .flac)) ?? []
        let hasTag =
            stream.byteCount - min(end, stream.byteCount) == UInt64(tail.count) && tail.starts(with: "TAG".utf8)
        if end < stream.byteCount, !hasTag {
            notes.append("\(stream.byteCount - end) bytes at its end are no whole frame")
        }
    }

    private func compare(withAnnounced announced: UInt64) {
        guard announced > 0, places.joints.isEmpty else { return }
        if let missing = announced.subtracting(sampleCount), missing > 0 {
            // A piece of a longer stream may announce all of that.
            damage.missingSampleCount = missing
        } else if announced < sampleCount {
            notes.append("it has more samples than it announces: \(sampleCount)")
        }
    }

    private func findGaps() {
        var end: UInt64 = 0
        for place in places.places {
            if let gap = place.start.subtracting(end), gap > 0 {
                damage.add(at: end)
                damage.silentSampleCount = damage.silentSampleCount.adding(gap) ?? .max
            }
            end = max(end, place.end)
        }
    }

    private func clock(_ samples: UInt64) -> String { SampleDuration(samples: samples, rate: sampleRate).clock }
}

/// Frames of a FLAC file are of another form than those before them, which one recording cannot hold.
public struct FLACFormChange: DescribedError {
    /// What changes, and where.
    public let summary: String

    init(from old: FLACFrameSearch.Form, to new: FLACFrameSearch.Form, sample: UInt64) {
        var changes: [String] = []
        if old.sampleRate != new.sampleRate {
            changes.append("rate changes from \(old.sampleRate) to \(new.sampleRate) Hz")
        }
        if old.channels != new.channels { changes.append("channels change from \(old.channels) to \(new.channels)") }
        if old.bitsPerSample != new.bitsPerSample {
            changes.append("bits a sample change from \(old.bitsPerSample) to \(new.bitsPerSample)")
        }
        let time = SampleDuration(samples: sample, rate: old.sampleRate).clock
        summary = "its \(changes.joined(separator: ", its ")) at \(time): split it there"
    }
}
