import CLibAV
import Support

/// A call of libavcodec that failed.
struct LibAVError: DescribedError, CustomDebugStringConvertible {
    /// The function, which says nothing to users.
    let call: String
    /// What it returned.
    let code: Int32

    /// What the code means to users, to whom libav's own texts ("Invalid data found when processing input") say little. Decoders return
    /// anything for bytes that they do not understand.
    var summary: String {
        switch code {
        case zwl_AVERROR_EOF: "it ends too early"
        case -ENOMEM: "there is not enough memory"
        case -EPERM, -EACCES: "it refers to other files, which are not opened"
        case -ENOSYS: "this kind is not supported here"
        default: "its bytes are not valid"
        }
    }

    /// The summary, and what libav says.
    var debugDescription: String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { text in
            text.baseAddress.flatMap { av_strerror(code, $0, text.count) == 0 ? String(cString: $0) : nil }
        }
        return "\(summary) (\(call): \(text ?? "error \(code)"))"
    }
}

/// A decoder of libavcodec that takes one frame and returns its samples, without threads and without delay.
///
/// Not Sendable: one thread at a time.
final class LibAVDecoder {
    private let codec: AudioCodingError.Codec
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let packet: UnsafeMutablePointer<AVPacket>
    private let frame: UnsafeMutablePointer<AVFrame>
    /// Holds a second frame of one packet, which is an error.
    private let secondFrame: UnsafeMutablePointer<AVFrame>

    /// Keeps libavcodec from writing to standard error, which is not a library's to use.
    static let isSilenced: Void = av_log_set_level(AV_LOG_QUIET)

    /// Opens libavcodec's decoder `name`, with the `setUp` that some codecs keep apart from their frames (extradata).
    init(_ name: String, for codec: AudioCodingError.Codec, setUp: [UInt8] = []) throws(AudioCodingError) {
        Self.isSilenced
        guard let decoder = avcodec_find_decoder_by_name(name) else {
            throw AudioCodingError(codec, "libavcodec here has no decoder \"\(name)\"")
        }
        var context = avcodec_alloc_context3(decoder)
        var packet = av_packet_alloc()
        var frame = av_frame_alloc()
        var secondFrame = av_frame_alloc()
        do {
            guard let context, let packet, let frame, let secondFrame else {
                throw LibAVError(call: "avcodec_alloc_context3", code: -ENOMEM)
            }
            context.pointee.thread_count = 1
            try Self.set(setUp, of: context)
            let code = avcodec_open2(context, decoder, nil)
            guard code == 0 else { throw LibAVError(call: "avcodec_open2", code: code) }
            self.codec = codec
            self.context = context
            self.packet = packet
            self.frame = frame
            self.secondFrame = secondFrame
        } catch {
            avcodec_free_context(&context)
            av_packet_free(&packet)
            av_frame_free(&frame)
            av_frame_free(&secondFrame)
            throw AudioCodingError(codec, "the decoder cannot be opened", cause: error)
        }
    }

    deinit {
        var (context, packet) = (Optional(context), Optional(packet))
        var (frame, secondFrame) = (Optional(frame), Optional(secondFrame))
        avcodec_free_context(&context)
        av_packet_free(&packet)
        av_frame_free(&frame)
        av_frame_free(&secondFrame)
    }

    /// Decodes the one frame that `bytes` hold and hands its samples to `body`; the frame is valid only inside.
    ///
    /// After an error, nothing of `bytes` is left in the decoder.
    func decode<T>(
        _ bytes: UnsafeRawBufferPointer, _ body: (borrowing AVFrame) throws(AudioCodingError) -> T
    ) throws(AudioCodingError) -> T {
        do {
            try send(bytes)
            try receive()
        } catch {
            avcodec_flush_buffers(context)
            throw AudioCodingError(codec, "the frame cannot be decoded", cause: error)
        }
        defer { av_frame_unref(frame) }
        return try body(frame.pointee)
    }

    /// Takes in the frame that `bytes` hold, of whose samples none come out yet: the first of a codec whose frames overlap.
    ///
    /// After an error nothing of `bytes` is left waiting in the decoder.
    func prime(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) {
        do {
            try send(bytes)
            let code = avcodec_receive_frame(context, frame)
            av_frame_unref(frame)
            guard code == -EAGAIN else {
                throw LibAVError(call: "avcodec_receive_frame", code: code == 0 ? -EMSGSIZE : code)
            }
        } catch {
            avcodec_flush_buffers(context)
            throw AudioCodingError(codec, "the frame cannot be decoded", cause: error)
        }
    }

    /// Makes the decoder forget the frames decoded so far, as far as it can.
    func flush() {
        avcodec_flush_buffers(context)
    }

    /// Gives `context` its own copy of `setUp`.
    private static func set(
        _ setUp: [UInt8], of context: UnsafeMutablePointer<AVCodecContext>
    ) throws(LibAVError) {
        guard !setUp.isEmpty else { return }
        let padding = Int(AV_INPUT_BUFFER_PADDING_SIZE)
        guard let byteCount = Int32(exactly: setUp.count), let copy = av_mallocz(setUp.count + padding) else {
            throw LibAVError(call: "av_mallocz", code: -ENOMEM)
        }
        copy.copyMemory(from: setUp, byteCount: setUp.count)
        context.pointee.extradata = copy.assumingMemoryBound(to: UInt8.self)
        context.pointee.extradata_size = byteCount
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(LibAVError) {
        guard let base = bytes.baseAddress, let byteCount = Int32(exactly: bytes.count) else {
            throw LibAVError(call: "av_new_packet", code: -EINVAL)
        }
        var code = av_new_packet(packet, byteCount)
        guard code == 0 else { throw LibAVError(call: "av_new_packet", code: code) }
        defer { av_packet_unref(packet) }
        packet.pointee.data.update(from: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        code = avcodec_send_packet(context, packet)
        guard code == 0 else { throw LibAVError(call: "avcodec_send_packet", code: code) }
    }

    /// Puts the frame that was sent into `frame`. Bytes behind it that are not a frame are skipped, as by the ffmpeg command; a second
    /// frame is an error.
    private func receive() throws(LibAVError) {
        let code = avcodec_receive_frame(context, frame)
        guard code == 0 else { throw LibAVError(call: "avcodec_receive_frame", code: code) }
        guard avcodec_receive_frame(context, secondFrame) != 0 else {
            av_frame_unref(frame)
            av_frame_unref(secondFrame)
            throw LibAVError(call: "avcodec_receive_frame", code: -EMSGSIZE)
        }
    }
}
