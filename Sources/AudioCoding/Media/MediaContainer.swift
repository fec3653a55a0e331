import CLibAV
import Glibc
import Support

/// An open container of libavformat and the packet it has read last.
///
/// Not Sendable: one thread at a time.
final class MediaContainer {
    /// Demuxers of files that list other files or addresses.
    private static let lists: Set = [
        "concat", "concatf", "dash", "hls", "image2", "imf", "rtp", "rtsp", "sdp", "webm_dash_manifest",
    ]

    /// Bytes that are read at a time to look at packets.
    private static let lookByteCount: UInt64 = 64 << 10

    /// Limits every allocation of libav, whatever a file claims.
    private static let isBounded: Void = av_max_alloc(512 << 20)

    let path: String
    /// libavformat's name for the container.
    let format: String
    private let hasEditLists: Bool
    /// Where the packets of streams belong, by the numbers of the streams, if times of an MP4 file contradict those of one of them. Then
    /// libavformat applies no edit lists: it would do so by the wrong times.
    private var movieTimes: [Int: MovieTimes] = [:]
    private let file: MediaFile
    private var context: UnsafeMutablePointer<AVFormatContext>?
    private var ownedPacket: UnsafeMutablePointer<AVPacket>?

    /// Opens the file at `path` and finds out what it holds.
    ///
    /// Nothing but the file is opened: lists are refused, and so is whatever a demuxer wants to open.
    init(path: String) throws(MediaError) {
        LibAVDecoder.isSilenced
        Self.isBounded
        self.path = path
        file = try MediaFile(path: path)
        let demuxer = try Self.probe(file)
        format = String(cString: demuxer.pointee.name)
        hasEditLists = format.hasPrefix("mov,")
        ownedPacket = av_packet_alloc()
        guard ownedPacket != nil else { throw MediaError(path, "cannot be opened: no memory") }
        let tracks = file.movieTracks
        try open(by: demuxer, ignoresEdits: false)
        guard hasEditLists, mayContradict(tracks) else { return }
        try open(by: demuxer, ignoresEdits: true)
        movieTimes = findMovieTimes(tracks)
        guard movieTimes.values.allSatisfy({ $0.contradiction == nil }) else { return }
        movieTimes = [:]
        try open(by: demuxer, ignoresEdits: false)
    }

    /// Opens the file from its start. `ignoresEdits` says that all packets are read as they are.
    private func open(by demuxer: UnsafePointer<AVInputFormat>, ignoresEdits: Bool) throws(MediaError) {
        avformat_close_input(&context)
        context = avformat_alloc_context()
        guard let opened = context, avio_seek(file.context, 0, SEEK_SET) >= 0 else {
            throw MediaError(path, "cannot be opened: no memory")
        }
        opened.pointee.pb = file.context
        opened.pointee.io_open = denyOpening
        opened.pointee.protocol_whitelist = av_strdup("none")
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        if ignoresEdits { av_dict_set(&options, "ignore_editlist", "1", 0) }
        // Frees the context if it fails.
        var code = avformat_open_input(&context, path, demuxer, &options)
        guard code == 0 else { throw error("cannot be opened", LibAVError(call: "avformat_open_input", code: code)) }
        code = avformat_find_stream_info(context, nil)
        guard code >= 0 else {
            throw error("cannot be opened", LibAVError(call: "avformat_find_stream_info", code: code))
        }
    }

    /// Whether the packets of a stream are not all as long as the index of the file says in `tracks`, as far as can be said before they are
    /// looked at.
    private func mayContradict(_ tracks: [MovieTrack]) -> Bool {
        streams.contains { stream in
            guard let length = stream.pointee.packetLength, let track = track(of: stream, in: tracks) else {
                return false
            }
            return switch length {
            case .fixed(let length):
                MovieTimes(track, [length], sampleRate: stream.pointee.sampleRate)?.contradiction != nil
            // Nearly all streams have packets of one length.
            case .inPackets: !track.isEven || contradictsFirstPacket(of: stream, in: track)
            }
        }
    }

    /// Whether the first packet of `stream`, which is Opus, is not as long as `track` says.
    private func contradictsFirstPacket(of stream: UnsafeMutablePointer<AVStream>, in track: MovieTrack) -> Bool {
        guard let length = try? opusPacketLengths(of: stream, atMost: 1)?.first, let step = track.runs.first?.step
        else {
            return false
        }
        return UInt64(step).multiplied(by: UInt64(stream.pointee.sampleRate))
            != UInt64(length).multiplied(by: UInt64(track.timescale))
    }

    /// The times of the streams in `tracks` whose packets are of a known length.
    private func findMovieTimes(_ tracks: [MovieTrack]) -> [Int: MovieTimes] {
        var times: [Int: MovieTimes] = [:]
        for stream in streams {
            guard let length = stream.pointee.packetLength, let track = track(of: stream, in: tracks) else { continue }
            let lengths: [Int]? =
                switch length {
                case .fixed(let length): [length]
                case .inPackets: try? opusPacketLengths(of: stream)
                }
            guard let lengths else { continue }
            times[Int(stream.pointee.index)] = MovieTimes(track, lengths, sampleRate: stream.pointee.sampleRate)
        }
        return times
    }

    private func track(of stream: UnsafeMutablePointer<AVStream>, in tracks: [MovieTrack]) -> MovieTrack? {
        tracks.first { Int64($0.id) == Int64(stream.pointee.id) }
    }

    /// Samples of one channel of each of the first `limit` packets of `stream`, which is Opus; nil if one of them is none of Opus.
    private func opusPacketLengths(
        of stream: UnsafeMutablePointer<AVStream>, atMost limit: Int = .max
    ) throws -> [Int]? {
        var window = StreamWindow(file.codedStream, pieceByteCount: Self.lookByteCount)
        var lengths: [Int] = []
        for index in 0..<max(min(avformat_index_get_entries_count(stream), Int32(clamping: limit)), 0) {
            guard let entry = avformat_index_get_entry(stream, index)?.pointee, let offset = UInt64(exactly: entry.pos)
            else { return nil }
            // The first two bytes say how long it is: RFC 6716, section 3.
            let head = try window.bytes(at: offset, min(Int(entry.size), 2))
            guard let length = Array(head).withUnsafeBytes({ OpusPacket.sampleCount(of: $0) }) else { return nil }
            lengths.append(length)
        }
        return lengths
    }

    /// Where the packets of stream `index` belong if that is not where libavformat has them; nil if it is.
    func movieTimes(of index: Int) -> MovieTimes? { movieTimes[index] }

    deinit {
        av_packet_free(&ownedPacket)
        avformat_close_input(&context)
    }

    private static func probe(_ file: MediaFile) throws(MediaError) -> UnsafePointer<AVInputFormat> {
        var format: UnsafePointer<AVInputFormat>?
        let code = av_probe_input_buffer2(file.context, &format, file.path, nil, 0, 0)
        guard code >= 0, let format else {
            throw MediaError(file.path, "is of no known format", cause: file.readError)
        }
        let name = String(cString: format.pointee.name)
        guard lists.isDisjoint(with: name.split(separator: ",").map(String.init)) else {
            throw MediaError(file.path, "is a list of files (\(name)): name the files themselves")
        }
        return format
    }

    /// The tags for the file as a whole.
    var tags: [String: String] { [String: String](context?.pointee.metadata) }

    /// All streams, sound and others.
    var streams: [UnsafeMutablePointer<AVStream>] {
        guard let context else { return [] }
        return UnsafeBufferPointer(start: context.pointee.streams, count: Int(context.pointee.nb_streams)).compactMap(
            \.self)
    }

    /// The chapters, in the file's order, as `make` takes them.
    func chapters(_ make: (borrowing AVChapter) -> MediaChapter?) -> [MediaChapter] {
        guard let context else { return [] }
        return UnsafeBufferPointer(start: context.pointee.chapters, count: Int(context.pointee.nb_chapters)).compactMap
        { $0.flatMap { make($0.pointee) } }
    }

    /// The length that the file claims, in microseconds; nil if it claims none.
    var duration: Int64? {
        guard let context, context.pointee.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE,
            context.pointee.duration > 0
        else { return nil }
        return context.pointee.duration
    }

    /// Stream `index`, one of those that there were after opening.
    func stream(_ index: Int) -> UnsafeMutablePointer<AVStream>? {
        guard let context, index >= 0, index < Int(context.pointee.nb_streams) else { return nil }
        return context.pointee.streams[index]
    }

    /// The end of the recording in stream `index`, in samples of presentation time at `sampleRate`; nil if the container has no edit
    /// lists, which say it more exactly than packets do. It grows while fragments are read.
    func end(of index: Int, sampleRate: UInt32) -> Int64? {
        if let times = movieTimes[index] { return times.end - times.start }
        guard hasEditLists, let stream = stream(index)?.pointee, stream.start_time == 0, stream.duration > 0 else {
            return nil
        }
        return av_rescale_q(
            stream.duration, stream.time_base, AVRational(num: 1, den: Int32(clamping: sampleRate)))
    }

    /// The packet that `read` has read last.
    var packet: UnsafeMutablePointer<AVPacket>? { ownedPacket }

    /// The byte of the file at which `packet` begins; nil if it is not known.
    var packetOffset: UInt64? { ownedPacket.flatMap { UInt64(exactly: $0.pointee.pos) }.map(file.offset) }

    /// Reads the next packet of stream `index`; false at the end.
    func read(stream index: Int) throws(MediaError) -> Bool {
        while true {
            av_packet_unref(ownedPacket)
            let code = av_read_frame(context, ownedPacket)
            guard code == 0, let packet = ownedPacket?.pointee else {
                // libavformat reports some failures as the end.
                guard code == zwl_AVERROR_EOF, file.readError == nil else {
                    throw error("cannot be read on", LibAVError(call: "av_read_frame", code: code))
                }
                return false
            }
            if Int(packet.stream_index) == index { return true }
        }
    }

    /// What the pages or clusters of the file show.
    var outline: MediaOutline { file.outline }

    /// The bytes of the file.
    var codedStream: CodedStream { file.codedStream }

    /// The bytes of the file with its pages or clusters in order.
    var orderedStream: CodedStream { file.outline.order?.stream(file.codedStream) ?? file.codedStream }

    /// Reads `frame`, whose samples are at `sampleRate`, as the next packet of stream `index`.
    func read(_ frame: CodedFrame, sampleRate: UInt32, stream index: Int) throws {
        av_packet_unref(ownedPacket)
        guard let packet = ownedPacket, let stream = stream(index)?.pointee,
            let byteCount = Int32(exactly: frame.byteCount)
        else { throw MediaFailure("the stream is gone") }
        let end = frame.offset.adding(UInt64(frame.byteCount)) ?? .max
        let bytes = try file.codedStream.bytes(frame.offset..<end)
        guard av_new_packet(packet, byteCount) == 0 else { throw MediaFailure("no memory") }
        packet.pointee.data.update(from: bytes, count: bytes.count)
        let unit = AVRational(num: 1, den: Int32(clamping: sampleRate))
        packet.pointee.pts = av_rescale_q(Int64(clamping: frame.firstSample), unit, stream.time_base)
        packet.pointee.dts = packet.pointee.pts
        packet.pointee.duration = av_rescale_q(Int64(frame.sampleCount), unit, stream.time_base)
        packet.pointee.pos = Int64(clamping: frame.offset)
        packet.pointee.stream_index = Int32(clamping: index)
        packet.pointee.flags = AV_PKT_FLAG_KEY
    }

    /// An error that says `problem`. Its cause is a failed read of the file, if there was one, else `error`.
    private func error(_ problem: String, _ error: LibAVError) -> MediaError {
        MediaError(path, problem, cause: file.readError ?? error)
    }
}

/// Answers demuxers that want to open other files or addresses.
private func denyOpening(
    _: UnsafeMutablePointer<AVFormatContext>?, _: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
    _: UnsafePointer<CChar>?, _: Int32, _: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    -EPERM
}

/// What says how many samples of one channel a packet has.
private enum PacketLength {
    /// The codec: all have as many.
    case fixed(Int)
    /// Each packet, by its first two bytes.
    case inPackets
}

extension AVStream {
    fileprivate var sampleRate: UInt32 { UInt32(clamping: codecpar?.pointee.sample_rate ?? 0) }

    /// What says how long the packets are; nil if that is not known.
    fileprivate var packetLength: PacketLength? {
        guard let parameters = codecpar?.pointee, parameters.sample_rate > 0 else { return nil }
        let configuration = Array(
            UnsafeBufferPointer(start: parameters.extradata, count: Int(max(parameters.extradata_size, 0))))
        switch parameters.codec_id {
        case AV_CODEC_ID_OPUS: return .inPackets
        case AV_CODEC_ID_AAC:
            return AudioSpecificConfig.samplesPerFrame(configuration, sampleRate: sampleRate).map { .fixed($0) }
        case AV_CODEC_ID_AC3: return .fixed(1536)
        case AV_CODEC_ID_ALAC:
            // Behind the head of the box and its version.
            var cookie = ByteReader(configuration)
            guard cookie.skip(12), let length = cookie.readBigEndian(UInt32.self), length > 1 else { return nil }
            return .fixed(Int(length))
        case AV_CODEC_ID_MP3, AV_CODEC_ID_MP2:
            return parameters.frame_size > 1 ? .fixed(Int(parameters.frame_size)) : nil
        default: return nil
        }
    }
}

extension [String: String] {
    /// The entries of a dictionary of libavutil; of several with one key, the last.
    init(_ dictionary: OpaquePointer?) {
        self.init()
        var entry: UnsafePointer<AVDictionaryEntry>?
        while let next = UnsafePointer(av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)) {
            self[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
            entry = next
        }
    }
}
