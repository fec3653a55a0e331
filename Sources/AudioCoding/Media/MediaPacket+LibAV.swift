import CLibAV
import Support

extension MediaPacket {
    /// `packet` of `stream`, all of it, whose times are in `timeBase`; its frame is the one that `parser` finds in it.
    init(
        _ packet: AVPacket, of stream: MediaStream, by parser: any MediaPacketParser, timeBase: AVRational
    ) throws {
        guard packet.flags & AV_PKT_FLAG_CORRUPT == 0 else {
            throw MediaFailure("the packet is damaged or cut short")
        }
        frame = try parser.frame(of: UnsafeRawBufferPointer(packet))
        let rate = AVRational(num: 1, den: Int32(clamping: stream.sampleRate))
        presentationSample =
            packet.pts == zwl_AV_NOPTS_VALUE ? nil : av_rescale_q(packet.pts, timeBase, rate)
        offset = UInt64(exactly: packet.pos)
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of `packet`, valid as long as it is.
    init(_ packet: AVPacket) {
        self.init(start: packet.data, count: Int(Swift.max(packet.size, 0)))
    }
}
