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
    private var decoder: MediaDecoder?
    private var trim = MediaTrim(skip: 0)
    private var continuity = MediaContinuity()
    private var hasBegun = false
    private var isAtEnd = false

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
            guard try read(), let packet = container.packet?.pointee, let timeBase else { return nil }
            guard let parser else { throw MediaFailure("there is no parser of packets of \(stream.codec)") }
            let copy = try MediaPacket(packet, of: stream, by: parser, timeBase: timeBase, end: end, trim: &trim)
            try continuity.check(
                presentationSample: copy.presentationSample, sampleCount: copy.sampleCount,
                samplesPerTick: av_rescale_q(1, timeBase, AVRational(num: 1, den: Int32(clamping: stream.sampleRate))))
            return copy
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(path, "cannot be copied", offset: container.packetOffset, cause: error)
        }
    }

    /// The next samples; nil at the end. What is not part of the recording (priming, what an edit list cuts) is left out.
    ///
    /// Nothing else is left out: a packet that cannot be decoded is an error, which says where.
    public func nextSamples() throws(MediaError) -> SampleBuffer? {
        let decoder = try openDecoder()
        do {
            while true {
                while let samples = try decoder.receive(until: end) {
                    if samples.sampleCount > 0 { return samples }
                }
                guard !isAtEnd else { return nil }
                let isFirst = !hasBegun
                isAtEnd = try !read()
                if isFirst, !isAtEnd, !decoder.dropsPadding, let packet = container.packet {
                    try MediaTrim.announce(skip: stream.initialPadding, by: packet)
                }
                try decoder.send(isAtEnd ? nil : container.packet)
            }
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(
                path, "cannot be decoded", sample: decoder.sampleCount, offset: container.packetOffset, cause: error)
        }
    }

    /// The end of the recording in samples of presentation time; nil if the container does not say.
    private var end: Int64? { container.end(of: stream.index, sampleRate: stream.sampleRate) }

    /// The unit of the packets' times.
    private var timeBase: AVRational? { container.stream(stream.index)?.pointee.time_base }

    /// Reads the next packet into the container's; false at the end.
    private func read() throws -> Bool {
        hasBegun = true
        guard try container.read(stream: stream.index), let packet = container.packet?.pointee else {
            try parser?.checkEnd()
            return false
        }
        try parser?.follow(UnsafeRawBufferPointer(packet))
        return true
    }

    private func openDecoder() throws(MediaError) -> MediaDecoder {
        if let decoder { return decoder }
        do {
            guard let described = container.stream(stream.index)?.pointee else {
                throw MediaFailure("the stream is gone")
            }
            let opened = try MediaDecoder(described)
            decoder = opened
            return opened
        } catch {
            throw MediaError(path, "its \(stream.codec) cannot be decoded", cause: error)
        }
    }
}
