import CLibAV

/// Finds out, packet by packet, which samples are part of the recording: those that are neither padding nor cut by an edit list.
struct MediaTrim {
    /// Samples that are still to be dropped at the front.
    private var skip: Int
    private var hasBegun = false
    private var hasEnded = false

    /// The trim of a stream that begins with `skip` samples of padding, unless its first packet says otherwise.
    init(skip: Int) {
        self.skip = skip
    }

    /// How many of the `sampleCount` samples of `packet` are to be dropped at its front and its end. `end` is the end of the recording
    /// in samples of presentation time; nil if it is not known.
    ///
    /// Throws if a part in the middle is cut: it cannot be left out of frames that are stored as they are.
    mutating func trim(
        _ packet: AVPacket, sampleCount: Int, presentationSample: Int64?, end: Int64?
    ) throws(MediaFailure) -> (start: Int, end: Int) {
        var endTrim = 0
        if let (atStart, atEnd) = Self.announced(by: packet) {
            if let atStart { skip = atStart }
            endTrim = atEnd
        }
        if let end, let presentationSample {
            let past = presentationSample.addingReportingOverflow(Int64(sampleCount)).partialValue
            endTrim = max(endTrim, Int(clamping: past.subtractingReportingOverflow(end).partialValue))
        }
        let isDiscarded = packet.flags & AV_PKT_FLAG_DISCARD != 0
        let startTrim = isDiscarded ? sampleCount : min(skip, sampleCount)
        skip = max(0, skip - startTrim)
        endTrim = min(endTrim, sampleCount - startTrim)

        let isHeard = startTrim + endTrim < sampleCount
        guard !(isHeard && hasEnded), !(hasBegun && startTrim > 0 && isHeard) else {
            throw MediaFailure("an edit list cuts out a part in the middle")
        }
        hasEnded = hasEnded || hasBegun && startTrim + endTrim > 0
        hasBegun = hasBegun || isHeard
        return (startTrim, endTrim)
    }

    /// Makes libavcodec drop `skip` samples of padding at the front of `packet`, the stream's first, unless the packet itself says how
    /// many are to be dropped there.
    static func announce(skip: Int, by packet: UnsafeMutablePointer<AVPacket>) throws(MediaFailure) {
        let said = announced(by: packet.pointee)
        guard let skip = UInt32(exactly: skip), skip > 0, said?.start == nil else { return }
        // By avcodec.h: samples at the front, samples at the end, and a reason for each.
        guard let bytes = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, 10) else {
            throw MediaFailure("no memory")
        }
        let raw = UnsafeMutableRawBufferPointer(start: bytes, count: 10)
        raw.initializeMemory(as: UInt8.self, repeating: 0)
        raw.storeBytes(of: skip.littleEndian, as: UInt32.self)
        raw.storeBytes(of: UInt32(clamping: said?.end ?? 0).littleEndian, toByteOffset: 4, as: UInt32.self)
    }

    /// How many samples the packet itself says are to be dropped at its front, nil if it says 0, and at its end.
    private static func announced(by packet: AVPacket) -> (start: Int?, end: Int)? {
        var packet = packet
        var byteCount = 0
        guard let bytes = av_packet_get_side_data(&packet, AV_PKT_DATA_SKIP_SAMPLES, &byteCount), byteCount >= 8 else {
            return nil
        }
        let raw = UnsafeRawPointer(bytes)
        let start = UInt32(littleEndian: raw.loadUnaligned(as: UInt32.self))
        let end = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return (start > 0 ? Int(start) : nil, Int(end))
    }
}
