import CLibAV
import Support

extension MediaPacket {
    /// `packet` of `stream`, checked to be what `stream.copying` promises.
    init(
        _ packet: borrowing AVPacket, of stream: MediaStream, in container: MediaContainer
    ) throws {
        let raw = UnsafeRawBufferPointer(start: packet.data, count: Int(max(packet.size, 0)))
        (bytes, sampleCount) = try Self.checked(raw, of: stream)
        let rate = AVRational(num: 1, den: Int32(stream.sampleRate))
        func samples(_ time: Int64) -> Int64 { av_rescale_q(time, packet.time_base, rate) }
        presentationSample = packet.pts == zwl_AV_NOPTS_VALUE ? nil : samples(packet.pts)
        duration = packet.duration > 0 ? samples(packet.duration) : nil
        offset = UInt64(exactly: packet.pos)
        startTrim = 0
        endTrim = 0
    }

    private static func checked(
        _ raw: UnsafeRawBufferPointer, of stream: MediaStream
    ) throws -> ([UInt8], Int) {
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
            return (header + raw, 1024)
        case .aac(nil):
            guard let header = ADTSHeader.parse(raw), header.frameByteCount == raw.count, header.objectType == 2,
                header.rawDataBlockCount == 1
            else {
                throw MediaFailure("the packet is not one ADTS frame of AAC-LC")
            }
            return (Array(raw), 1024)
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
