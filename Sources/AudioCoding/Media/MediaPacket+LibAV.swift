import CLibAV
import Support

extension MediaPacket {
    /// `packet` of `stream`, with times in `timeBase`, checked to be what `stream.copying` promises. `end` is the end of the
    /// recording in samples of presentation time, where known.
    init(
        _ packet: AVPacket, of stream: MediaStream, timeBase: AVRational, end: Int64?, trim: inout MediaTrim
    ) throws {
        guard packet.flags & AV_PKT_FLAG_CORRUPT == 0 else {
            throw MediaFailure("the packet is damaged or cut short")
        }
        let raw = UnsafeRawBufferPointer(start: packet.data, count: Int(max(packet.size, 0)))
        (bytes, sampleCount) = try Self.checked(raw, of: stream)
        let rate = AVRational(num: 1, den: Int32(clamping: stream.sampleRate))
        presentationSample =
            packet.pts == zwl_AV_NOPTS_VALUE ? nil : av_rescale_q(packet.pts, timeBase, rate)
        offset = UInt64(exactly: packet.pos)
        (startTrim, endTrim) = try trim.trim(
            packet, sampleCount: sampleCount, presentationSample: presentationSample, end: end)
    }

    /// The bytes to store of `raw`, and the samples of one channel that they decode to.
    private static func checked(
        _ raw: UnsafeRawBufferPointer, of stream: MediaStream
    ) throws -> (bytes: [UInt8], sampleCount: Int) {
        switch stream.copying {
        case .flac(let streamInfo):
            guard let header = FLACFrameHeader.parse(raw, of: streamInfo), CRC.flacFrame.updated(with: raw) == 0 else {
                throw MediaFailure("the packet is not one whole FLAC frame")
            }
            return (Array(raw), header.blockSize)
        case .aac(let config?):
            let header = try ADTSHeader.bytes(
                sampleRate: config.sampleRate, channelConfiguration: config.channelConfiguration,
                payloadByteCount: raw.count)
            return (header + raw, AACEncoder.samplesPerFrame)
        case .aac(nil):
            guard let header = ADTSHeader.parse(raw), header.frameByteCount == raw.count, header.objectType == 2,
                header.rawDataBlockCount == 1
            else {
                throw MediaFailure("the packet is not one ADTS frame of AAC-LC")
            }
            return (Array(raw), AACEncoder.samplesPerFrame)
        case .opus:
            guard let samples = OpusPacket.sampleCount(of: raw) else {
                throw MediaFailure("the packet is not one of Opus")
            }
            return (Array(raw), samples)
        case .impossible(let reason):
            throw MediaFailure(reason)
        }
    }
}
