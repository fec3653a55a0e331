import CLibAV
import Support

/// A media file of any kind that libavformat knows: its streams of sound, one of which is read, either by packets or by samples.
///
/// Nothing but the file is opened: playlists and the like are refused, and references to other files are not followed.
///
/// Not Sendable: one thread at a time.
public final class MediaSource {
    /// The file.
    public var path: String { container.path }
    /// libavformat's name for the container: `wav`, `flac`, `mov,mp4,m4a,3gp,3g2,mj2`.
    public let format: String
    /// The container's tags for the file as a whole.
    public let tags: [String: String]
    /// The streams of sound, in the file's order; at least one.
    public let streams: [MediaStream]
    /// The stream that is read.
    public private(set) var stream: MediaStream
    /// The parser of its packets; nil if they can only be decoded.
    public private(set) var parser: (any MediaPacketParser)?

    private let makeParser: (MediaStream, String) -> (any MediaPacketParser)?
    private let container: MediaContainer
    private var decoding: MediaDecoding?
    private var trim = MediaTrim(skip: 0)
    private var continuity = MediaContinuity(sampleRate: 1)
    /// Where the packets belong if the times of the container contradict them; nil if they do not.
    private var movieTimes: MovieTimes?
    private var hasBegun = false
    private var isAtEnd = false
    /// The frames that are read instead of libavformat's packets; nil if there are none.
    private var rawFrames: RawFrames?
    private var nextFrame = 0
    /// Whether headers of another Ogg stream were met, which is chained to the first.
    private var isChained = false
    /// The number of the chained stream that comes next.
    private var nextLink = 1
    /// Samples that such headers announce as padding of the next packet; nil if there are none.
    private var chainedSkip: Int?
    /// The number of the first sample of a stream of FLAC in Ogg less its time in samples; nil before the first packet.
    private var firstNumber: Int64?

    /// Opens the file at `path` and chooses its default stream of sound, or the first if none is.
    ///
    /// `makeParser` is called with the stream that is chosen, and `format`, and returns a parser of its packets; nil if there is none.
    public init(
        path: String, makeParser: @escaping (MediaStream, String) -> (any MediaPacketParser)? = { _, _ in nil }
    ) throws(MediaError) {
        self.makeParser = makeParser
        container = try MediaContainer(path: path)
        format = container.format
        tags = container.tags
        streams = container.streams.compactMap { [container] in MediaStream($0.pointee, in: container) }
        guard let stream = streams.first(where: { $0.dispositions.contains("default") }) ?? streams.first else {
            throw MediaError(path, "holds no sound")
        }
        self.stream = stream
        prepare()
    }

    /// Whether there is nothing in the file but one stream of sound, and pictures that go with it.
    public var holdsOneSound: Bool {
        streams.count == 1
            && container.streams.allSatisfy {
                $0.pointee.index == stream.index || $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
            }
    }

    /// The chapters of the file, by the samples of the stream that is read.
    public var chapters: [MediaChapter] { container.chapters { MediaChapter($0, of: stream) } }

    /// Chooses stream `index`, one of `streams`. Throws once something has been read.
    public func selectStream(_ index: Int) throws(MediaError) {
        guard let stream = streams.first(where: { $0.index == index }) else {
            let indices = streams.map { String($0.index) }.joined(separator: ", ")
            throw MediaError(path, "stream \(index) is no stream of sound; these are: \(indices)")
        }
        guard !hasBegun else { throw MediaError(path, "another stream cannot be chosen once one is read") }
        self.stream = stream
        prepare()
    }

    private func prepare() {
        trim = MediaTrim(skip: stream.initialPadding)
        continuity = MediaContinuity(sampleRate: stream.sampleRate)
        movieTimes = container.movieTimes(of: stream.index)
        parser = makeParser(stream, format)
        for (index, other) in container.streams.enumerated() {
            other.pointee.discard = index == stream.index ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
    }

    /// The next packet of the stream; nil at the end.
    ///
    /// Throws if there is no parser of the packets, or if it refuses one.
    public func nextPacket() throws(MediaError) -> MediaPacket? {
        do {
            guard var parser else { throw MediaFailure("there is no parser of packets of \(stream.codec)") }
            defer { self.parser = parser }
            try checkOrder()
            try checkLinks()
            guard container.outline.links.isEmpty else { throw MediaFailure(Self.chainNote) }
            let isFirst = !hasBegun
            guard try read(), let packet = container.packet?.pointee, let timeBase else {
                try parser.checkEnd()
                return nil
            }
            guard !isChained else { throw MediaFailure(Self.chainNote) }
            try parser.follow(UnsafeRawBufferPointer(packet))
            var copy = try MediaPacket(packet, of: stream, by: parser, timeBase: timeBase)
            if isFirst, let start = lostStart(before: packet),
                let missing = copy.presentationSample?.subtracting(start), missing > 2 * samplesPerTick
            {
                throw MediaFailure("its first \(missing) samples are missing")
            }
            try continuity.check(
                presentationSample: copy.presentationSample, sampleCount: copy.sampleCount,
                samplesPerTick: samplesPerTick)
            let excess = continuity.contradiction?.excessSampleCount ?? 0
            (copy.startTrim, copy.endTrim) = try trim.trim(
                packet, sampleCount: copy.sampleCount,
                presentationSample: copy.presentationSample?.subtracting(excess), end: end)
            return copy
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(path, "cannot be copied", offset: container.packetOffset, cause: error)
        }
    }

    /// Throws if pages or clusters of the file are not in order: it cannot be stored as it is.
    public func checkOrder() throws {
        guard container.outline.order == nil else {
            throw MediaFailure("not all of its pages or clusters are in order")
        }
    }

    private static let chainNote = "another Ogg stream is chained to it"

    /// Throws if Ogg streams are chained that cannot be one recording: libavformat goes on with the form of the first.
    private func checkLinks() throws(MediaFailure) {
        guard let first = container.outline.links.first,
            let other = container.outline.links.first(where: { !$0.hasForm(of: first) })
        else { return }
        throw MediaFailure(
            "an Ogg stream of another codec, rate, gain or other channels is chained to it at byte \(other.offset): split it there"
        )
    }

    /// The samples at which the Ogg streams begin that are chained to the first.
    private var linkStarts: [UInt64] {
        var starts: [UInt64] = []
        var position: UInt64 = 0
        for link in container.outline.links.dropLast() {
            position = position.adding(link.sampleCount) ?? .max
            starts.append(position)
        }
        return starts
    }

    /// The next samples; nil at the end. What is not part of the recording (priming, what an edit list cuts) is left out.
    ///
    /// Silence stands for packets that are missing or cannot be decoded, and `damage` says what is wrong. Throws if nothing at all can
    /// be decoded, if the file cannot be read, and if rate, channels or format change.
    public func nextSamples() throws(MediaError) -> SampleBuffer? {
        var decoding = try openDecoding()
        // What is returned, or thrown, counts.
        defer { self.decoding = decoding }
        do {
            while true {
                if let samples = try decoding.next(until: decodedEnd) { return samples }
                guard !isAtEnd else {
                    decoding.compare(withAnnounced: rawFrames.map(\.announcedSampleCount) ?? announcedSampleCount)
                    return nil
                }
                isAtEnd = try !readPacket(for: &decoding)
                try decoding.send(isAtEnd ? nil : container.packet)
            }
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(
                path, "cannot be decoded", sample: decoding.sampleCount, offset: container.packetOffset, cause: error)
        }
    }

    /// Samples of one channel that the container says the stream has; nil if it does not, or only guesses.
    public var announcedSampleCount: UInt64? { container.duration == nil ? nil : stream.announcedSampleCount }

    /// What is wrong with the stream, as far as it has been read.
    public var damage: MediaDamage {
        var damage = decoding?.damage ?? MediaDamage()
        damage.misplacedPieceCount = container.outline.order?.misplacedCount ?? 0
        damage.foreignByteCount = foreignByteCount
        damage.trailingByteCount = rawFrames?.trailingByteCount ?? 0
        damage.blankFrames = rawFrames?.blankFrames
        damage.joints = rawFrames?.damage.joints ?? linkStarts
        damage.contradiction = movieTimes?.contradiction ?? damage.contradiction ?? continuity.contradiction
        return damage
    }

    /// Whether the file is Ogg without its last page. Nothing else in one says how long it is.
    public var lacksEnd: Bool {
        get throws { try format == "ogg" && OggEnd.isMissing(in: container.orderedStream) }
    }

    /// Reads the next packet to be decoded; false at the end, or where libavformat cannot go on.
    private func readPacket(for decoding: inout MediaDecoding) throws -> Bool {
        let isFirst = !hasBegun
        do throws(MediaError) {
            guard try read() else { return false }
        } catch {
            guard let cause = error.cause as? LibAVError else { throw error }
            decoding.end(because: cause)
            return false
        }
        guard let packet = container.packet else { return true }
        let links = container.outline.links
        while nextLink < links.count, let offset = container.packetOffset, offset >= links[nextLink].offset {
            decoding.beginLink()
            nextLink += 1
        }
        if let skip = chainedSkip {
            try MediaTrim.announce(skip: skip, by: packet)
            chainedSkip = nil
        }
        setTime(of: packet)
        guard isFirst else { return true }
        if let start = lostStart(before: packet.pointee) {
            // The padding is missing, too.
            decoding.begin(at: start)
        } else if !decoding.dropsPadding {
            try MediaTrim.announce(
                skip: rawFrames.map { Int(clamping: $0.heard.lowerBound) } ?? stream.initialPadding, by: packet)
        }
        return true
    }

    /// Samples in a tick of the packets' times, at least one.
    private var samplesPerTick: Int64 {
        timeBase.map { max(av_rescale_q(1, $0, AVRational(num: 1, den: Int32(clamping: stream.sampleRate))), 1) } ?? 1
    }

    /// Where the recording began, in samples of presentation time, if what came before `packet`, the first, is missing; nil if nothing
    /// shows that. The frames of FLAC bear numbers: a stream in Matroska that was cut on purpose begins at time 0 with any number.
    private func lostStart(before packet: AVPacket) -> Int64? {
        if let start = stream.lostStart { return start }
        guard format.hasPrefix("matroska"), let timeBase, packet.pts != zwl_AV_NOPTS_VALUE,
            let number = frameNumber(of: packet), number > 0
        else { return nil }
        let sample = av_rescale_q(packet.pts, timeBase, AVRational(num: 1, den: Int32(clamping: stream.sampleRate)))
        let distance = sample.subtracting(number)?.magnitude ?? .max
        return distance <= 2 * samplesPerTick.magnitude ? 0 : nil
    }

    /// The number of the first sample of `packet`, if it is a frame of FLAC; nil otherwise.
    private func frameNumber(of packet: AVPacket) -> Int64? {
        (parser as? FLACPacketParser)?.firstSample(of: UnsafeRawBufferPointer(packet)).flatMap { Int64(exactly: $0) }
    }

    /// Gives `packet` the time that its own number says if it is of a FLAC stream in Ogg: libavformat counts on over pages that are
    /// missing, and from 0 if the first are. A stream that was cut on purpose begins at its first page with any number.
    private func setTime(of packet: UnsafeMutablePointer<AVPacket>) {
        guard format == "ogg", let timeBase, packet.pointee.pts != zwl_AV_NOPTS_VALUE,
            let number = frameNumber(of: packet.pointee)
        else { return }
        let unit = AVRational(num: 1, den: Int32(clamping: stream.sampleRate))
        let first =
            firstNumber ?? (stream.lostStart ?? number.subtracting(av_rescale_q(packet.pointee.pts, timeBase, unit)))
        firstNumber = first
        guard let first, let sample = number.subtracting(first) else { return }
        packet.pointee.pts = av_rescale_q(sample, unit, timeBase)
        packet.pointee.dts = packet.pointee.pts
    }

    /// Gives the packet the time that its place among the others says if the container's contradict them.
    private func setMovieTime() {
        guard let place = movieTimes?.next(), let packet = container.packet, let timeBase else { return }
        let unit = AVRational(num: 1, den: Int32(clamping: stream.sampleRate))
        packet.pointee.pts = av_rescale_q(place.start, unit, timeBase)
        packet.pointee.dts = packet.pointee.pts
        packet.pointee.duration = av_rescale_q(place.sampleCount, unit, timeBase)
    }

    /// The end of the recording in samples of presentation time; nil if the container does not say.
    private var end: Int64? { container.end(of: stream.index, sampleRate: stream.sampleRate) }

    /// The end of what is decoded, in samples from the recording's first; nil if nothing says.
    private var decodedEnd: Int64? {
        guard let rawFrames else { return end }
        return av_rescale(
            Int64(clamping: rawFrames.heard.count), Int64(stream.sampleRate), Int64(max(rawFrames.sampleRate, 1)))
    }

    /// The unit of the packets' times.
    private var timeBase: AVRational? { container.stream(stream.index)?.pointee.time_base }

    /// Reads the next packet into the container's; false at the end.
    private func read() throws(MediaError) -> Bool {
        if !hasBegun { rawFrames = try findFrames() }
        hasBegun = true
        guard let rawFrames else { return try readPassingHeaders() }
        guard nextFrame < rawFrames.frames.count else { return false }
        defer { nextFrame += 1 }
        do {
            try container.read(rawFrames.frames[nextFrame], sampleRate: rawFrames.sampleRate, stream: stream.index)
        } catch {
            throw MediaError(path, "cannot be read on", cause: error)
        }
        return true
    }

    /// Reads the next packet of the container that is no header of a chained stream.
    private func readPassingHeaders() throws(MediaError) -> Bool {
        while try container.read(stream: stream.index) {
            setMovieTime()
            guard format == "ogg", let packet = container.packet?.pointee,
                let header = ChainedHeader(UnsafeRawBufferPointer(packet), codec: stream.codec)
            else { return true }
            isChained = true
            chainedSkip = header.skippedSamples ?? chainedSkip
        }
        return false
    }

    /// The frames of a file that has nothing else: libavformat loses some at foreign bytes, and knows no times. Nil for any other
    /// file, and for one whose frames cannot be told. Throws if their form changes.
    private func findFrames() throws(MediaError) -> RawFrames? {
        let bytes = container.codedStream
        do {
            switch (format, stream.codec) {
            case ("aac", "aac"): return try RawFrames(ofADTS: bytes)
            case ("mp3", "mp3"), ("mp3", "mp2"): return try RawFrames(of: bytes, MP3Layout(of: bytes))
            default: return nil
            }
        } catch {
            guard error.isFormChange else { return nil }
            throw MediaError(path, "is no single recording", cause: error)
        }
    }

    /// Bytes between the frames of a file of nothing but frames that belong to none, as far as the file has been read.
    public var foreignByteCount: UInt64 { rawFrames?.foreignByteCount ?? 0 }

    private func openDecoding() throws(MediaError) -> MediaDecoding {
        if let decoding { return decoding }
        do {
            try checkLinks()
            guard let described = container.stream(stream.index)?.pointee else {
                throw MediaFailure("the stream is gone")
            }
            // The packets of Opus say how long they are, and those of FLAC where they belong.
            let isPaged =
                format == "ogg" && described.codecpar?.pointee.codec_id != AV_CODEC_ID_OPUS
                && !(parser is FLACPacketParser)
            return MediaDecoding(try MediaDecoder(described), timeBase: described.time_base, isPaged: isPaged)
        } catch {
            throw MediaError(path, "its \(stream.codec) cannot be decoded", cause: error)
        }
    }
}
