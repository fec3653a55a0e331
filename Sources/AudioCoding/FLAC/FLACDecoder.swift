import CFLAC

/// Decodes FLAC frames, each independently of all others, to the bytes of a WAV file.
///
/// Uses libFLAC, which takes two thirds of the time of libavcodec and supports 32 bits, which libavcodec up to version 59 decodes
/// to nothing without an error.
///
/// Not Sendable: one thread at a time.
public final class FLACDecoder {
    /// Bytes of one sample of one channel: the bits of the stream, rounded up to whole bytes.
    public let outputBytesPerSample: Int
    private let streamInfo: FLACStreamInfo
    private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
    private let exchange: Exchange
    /// Bytes that were read of what was decoded last.
    private(set) var readByteCount: UInt64 = 0

    /// A decoder for the stream that `streamInfo` describes.
    public init(streamInfo: FLACStreamInfo) throws(AudioCodingError) {
        // Without total, frame sizes and MD5: frames may come from any part of the stream.
        let form = try FLACStreamInfo(
            minimumBlockSize: streamInfo.minimumBlockSize, maximumBlockSize: streamInfo.maximumBlockSize,
            sampleRate: streamInfo.sampleRate, channels: streamInfo.channels, bitsPerSample: streamInfo.bitsPerSample)
        guard let decoder = FLAC__stream_decoder_new() else {
            throw AudioCodingError(.flac, "the decoder cannot be opened: no memory")
        }
        outputBytesPerSample = Self.outputBytesPerSample(of: streamInfo)
        self.streamInfo = streamInfo
        self.decoder = decoder
        exchange = Exchange(streamInfo)
        // From here on, a throw runs `deinit`.
        let status = FLAC__stream_decoder_init_stream(
            decoder, giveBytes, nil, tellPosition, nil, nil, takeSamples, nil, takeError,
            Unmanaged.passUnretained(exchange).toOpaque())
        guard status == FLAC__STREAM_DECODER_INIT_STATUS_OK else {
            throw AudioCodingError(.flac, "the decoder cannot be opened: libFLAC's status \(status.rawValue)")
        }
        let hasBegun = form.streamHeader.withUnsafeBytes { header in
            exchange.begin(header, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
            defer { exchange.end() }
            return FLAC__stream_decoder_process_until_end_of_metadata(decoder) != 0
        }
        guard hasBegun, FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_SEARCH_FOR_FRAME_SYNC else {
            throw AudioCodingError(.flac, "the decoder refuses the stream: \(state)")
        }
    }

    deinit {
        FLAC__stream_decoder_delete(decoder)
    }

    /// `outputBytesPerSample` of a decoder for such a stream.
    public static func outputBytesPerSample(of streamInfo: FLACStreamInfo) -> Int {
        (streamInfo.bitsPerSample + 7) / 8
    }

    /// Decodes `frame`, from its header to its CRC-16, into the front of `output`: interleaved, little-endian, up to 8 bits unsigned
    /// and all others signed, each sample with its own value. Returns the number of samples of one channel.
    ///
    /// A frame that does not match the stream, or whose checksums are wrong, is an error.
    public func decode(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        guard let header = FLACFrameHeader.parse(frame, of: streamInfo) else {
            throw AudioCodingError(.flac, "the bytes do not begin with a frame of the stream")
        }
        guard try decode(front: frame, blockSize: header.blockSize, into: output) == frame.count else {
            throw AudioCodingError(.flac, "the frame cannot be decoded: it is not one whole frame")
        }
        return header.blockSize
    }

    /// Decodes the frame that `bytes` begin with, which has `blockSize` samples of one channel, as `decode` does, whatever its header says
    /// of the rate. Returns the bytes that it takes.
    func decode(
        front bytes: UnsafeRawBufferPointer, blockSize: Int, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        guard output.count >= blockSize * streamInfo.channels * outputBytesPerSample else {
            throw AudioCodingError(.flac, "\(blockSize) samples do not fit in \(output.count) bytes")
        }
        // Otherwise libFLAC may fill a gap between the frame it decoded last and this one with silence, or go on with what is left
        // of a damaged one.
        FLAC__stream_decoder_flush(decoder)
        let start = exchange.position
        exchange.begin(bytes, into: output)
        defer { exchange.end() }
        var position: UInt64 = 0
        let isDecoded = FLAC__stream_decoder_process_single(decoder) != 0
        readByteCount = exchange.position - start
        guard isDecoded, exchange.fault == nil, exchange.blockSize == blockSize,
            // libFLAC checks only the bytes that it takes to be the frame.
            FLAC__stream_decoder_get_decode_position(decoder, &position) != 0, position >= start
        else {
            let problem = exchange.fault ?? "it is not one whole frame"
            throw AudioCodingError(.flac, "the frame cannot be decoded: \(problem)")
        }
        return Int(clamping: position - start)
    }

    private var state: String {
        FLAC__stream_decoder_get_resolved_state_string(decoder).map { String(cString: $0) } ?? "unknown state"
    }

    /// The client data of libFLAC's callbacks: the bytes to decode, and the place for the samples.
    fileprivate final class Exchange {
        /// Bytes that libFLAC has read since it was opened.
        private(set) var position: UInt64 = 0
        /// Samples of one channel of the decoded frame; nil before it is decoded.
        private(set) var blockSize: Int?
        /// The first fault found in the frame.
        private(set) var fault: String?
        private let channels: Int
        private let bitsPerSample: Int
        private var input = UnsafeRawBufferPointer(start: nil, count: 0)
        private var output = UnsafeMutableRawBufferPointer(start: nil, count: 0)

        init(_ streamInfo: FLACStreamInfo) {
            channels = streamInfo.channels
            bitsPerSample = streamInfo.bitsPerSample
        }

        /// Sets where bytes come from and samples go, until `end`.
        func begin(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
            self.input = input
            self.output = output
            blockSize = nil
            fault = nil
        }

        /// Forgets both, which belong to the caller.
        func end() {
            input = UnsafeRawBufferPointer(start: nil, count: 0)
            output = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }

        /// Copies the next bytes into `buffer` and returns how many; 0 at the end.
        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            // Behind a fault libFLAC looks for the next frame, which is not wanted.
            guard fault == nil else { return 0 }
            let bytes = input.prefix(buffer.count)
            buffer.copyBytes(from: bytes)
            input = UnsafeRawBufferPointer(rebasing: input.dropFirst(bytes.count))
            position += UInt64(bytes.count)
            return bytes.count
        }

        func note(_ fault: String) {
            if self.fault == nil { self.fault = fault }
        }

        /// Takes the samples of the one frame that is expected.
        func take(_ frame: FLAC__FrameHeader, _ planes: UnsafePointer<UnsafePointer<FLAC__int32>?>) {
            let count = Int(frame.blocksize)
            guard blockSize == nil, Int(frame.channels) == channels, Int(frame.bits_per_sample) == bitsPerSample,
                output.count >= count * channels * ((bitsPerSample + 7) / 8)
            else { return note("it decodes to other samples than its header announces") }
            blockSize = count
            switch (bitsPerSample + 7) / 8 {
            // WAV's 8-bit samples are unsigned: flipping the highest bit of the low byte adds 128.
            case 1: interleave(planes, count) { UInt8(truncatingIfNeeded: $0) ^ 0x80 }
            case 2: interleave(planes, count) { Int16(truncatingIfNeeded: $0).littleEndian }
            case 3: interleave24(planes, count)
            default: interleave(planes, count) { $0.littleEndian }
            }
        }

        @inline(__always)
        private func interleave<Sample: BitwiseCopyable>(
            _ planes: UnsafePointer<UnsafePointer<FLAC__int32>?>, _ count: Int, _ convert: (Int32) -> Sample
        ) {
            guard let output = output.baseAddress else { return }
            let size = MemoryLayout<Sample>.size
            // Nearly all recordings have one or two channels, and the compiler vectorizes these loops.
            if channels == 1, let plane = planes[0] {
                for index in 0..<count {
                    output.storeBytes(of: convert(plane[index]), toByteOffset: index * size, as: Sample.self)
                }
                return
            }
            if channels == 2, let left = planes[0], let right = planes[1] {
                for index in 0..<count {
                    output.storeBytes(of: convert(left[index]), toByteOffset: 2 * index * size, as: Sample.self)
                    output.storeBytes(of: convert(right[index]), toByteOffset: (2 * index + 1) * size, as: Sample.self)
                }
                return
            }
            for channel in 0..<channels {
                guard let plane = planes[channel] else { return note("it has no channel \(channel + 1)") }
                for index in 0..<count {
                    output.storeBytes(
                        of: convert(plane[index]), toByteOffset: (index * channels + channel) * size, as: Sample.self)
                }
            }
        }

        private func interleave24(_ planes: UnsafePointer<UnsafePointer<FLAC__int32>?>, _ count: Int) {
            guard let output = output.baseAddress else { return }
            for channel in 0..<channels {
                guard let plane = planes[channel] else { return note("it has no channel \(channel + 1)") }
                for index in 0..<count {
                    let (sample, place) = (plane[index], 3 * (index * channels + channel))
                    output.storeBytes(
                        of: Int16(truncatingIfNeeded: sample).littleEndian, toByteOffset: place, as: Int16.self)
                    output.storeBytes(
                        of: UInt8(truncatingIfNeeded: sample &>> 16), toByteOffset: place + 2, as: UInt8.self)
                }
            }
        }
    }
}

private func exchange(_ client: UnsafeMutableRawPointer?) -> FLACDecoder.Exchange? {
    client.map { Unmanaged<FLACDecoder.Exchange>.fromOpaque($0).takeUnretainedValue() }
}

private func giveBytes(
    _: UnsafePointer<FLAC__StreamDecoder>?, _ buffer: UnsafeMutablePointer<FLAC__byte>?,
    _ byteCount: UnsafeMutablePointer<Int>?, _ client: UnsafeMutableRawPointer?
) -> FLAC__StreamDecoderReadStatus {
    guard let exchange = exchange(client), let byteCount else { return FLAC__STREAM_DECODER_READ_STATUS_ABORT }
    byteCount.pointee = exchange.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: byteCount.pointee))
    return byteCount.pointee > 0
        ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM
}

private func tellPosition(
    _: UnsafePointer<FLAC__StreamDecoder>?, _ position: UnsafeMutablePointer<FLAC__uint64>?,
    _ client: UnsafeMutableRawPointer?
) -> FLAC__StreamDecoderTellStatus {
    guard let exchange = exchange(client), let position else { return FLAC__STREAM_DECODER_TELL_STATUS_ERROR }
    position.pointee = exchange.position
    return FLAC__STREAM_DECODER_TELL_STATUS_OK
}

private func takeSamples(
    _: UnsafePointer<FLAC__StreamDecoder>?, _ frame: UnsafePointer<FLAC__Frame>?,
    _ planes: UnsafePointer<UnsafePointer<FLAC__int32>?>?, _ client: UnsafeMutableRawPointer?
) -> FLAC__StreamDecoderWriteStatus {
    guard let exchange = exchange(client), let frame, let planes else {
        return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT
    }
    exchange.take(frame.pointee.header, planes)
    return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
}

private func takeError(
    _: UnsafePointer<FLAC__StreamDecoder>?, _ status: FLAC__StreamDecoderErrorStatus,
    _ client: UnsafeMutableRawPointer?
) {
    let fault =
        switch status {
        case FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH: "its checksum is wrong"
        case FLAC__STREAM_DECODER_ERROR_STATUS_BAD_HEADER: "its header is wrong"
        default: "it is damaged (libFLAC's status \(status.rawValue))"
        }
    exchange(client)?.note(fault)
}
