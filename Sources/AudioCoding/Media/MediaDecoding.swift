import CLibAV
import Support

/// Decodes the packets of one stream in order. Silence stands for packets that are missing or cannot be decoded.
struct MediaDecoding {
    /// Samples of silence that are returned at a time, whatever rate a file claims.
    private static let silencePieceLimit: UInt64 = 1 << 16

    private let decoder: MediaDecoder
    /// The unit of the stream's times, and that of samples.
    private let timeBase: AVRational, sampleTime: AVRational
    private var timeline: MediaTimeline
    /// What is wrong so far, without what times contradict.
    private var found = MediaDamage()
    /// Samples of silence that come next, and what comes behind them.
    private var silence: UInt64 = 0
    private var ready: ArraySlice<SampleBuffer> = []
    /// The page that is being decoded; nil if each packet has a time of its own.
    private var page: HeldPage?
    private var hasDecoded = false
    /// Whether the next samples that are decoded are made of the end of one stream and the start of another.
    private var dropsNext = false
    /// The time of the packet that was sent last; nil if it has none, or none that can be relied on.
    private var sentTime: Int64?
    private var isAtEnd = false

    /// Decoding by `decoder`, whose stream has times in `timeBase`. `isPaged` says that only the pages of an Ogg stream have times that
    /// can be relied on.
    init(_ decoder: MediaDecoder, timeBase: AVRational, isPaged: Bool) {
        page = isPaged ? HeldPage() : nil
        self.decoder = decoder
        self.timeBase = timeBase
        sampleTime = AVRational(num: 1, den: decoder.sampleRate)
        timeline = MediaTimeline(
            sampleRate: UInt32(clamping: decoder.sampleRate), samplesPerTick: av_rescale_q(1, timeBase, sampleTime),
            samplesPerPacket: decoder.samplesPerPacket, isExact: decoder.isOfWholePackets)
    }

    /// Says that the recording began at `start`, in samples of presentation time, although its first packets are missing.
    mutating func begin(at start: Int64) {
        timeline.begin(at: start)
    }

    /// Says that the next packet is the first of another stream. A packet of Vorbis overlaps with the one before it: the first of a stream
    /// has no samples of its own (Vorbis I specification, section 4.3.8).
    mutating func beginLink() {
        dropsNext = decoder.overlapsPackets
        decoder.beginLink()
    }

    /// Whether the decoder itself leaves out the padding that the stream's configuration announces.
    var dropsPadding: Bool { decoder.dropsPadding }

    /// What is wrong so far.
    var damage: MediaDamage {
        var damage = found
        damage.contradiction = timeline.contradiction
        return damage
    }

    /// Samples of one channel that were returned.
    var sampleCount: UInt64 { timeline.sampleCount }

    /// The next samples, at least one, up to `end`, in samples from the recording's first; nil if another packet is needed.
    ///
    /// libavcodec drops what packets say is padding, but not what lies behind an edit list.
    mutating func next(until end: Int64?) throws -> SampleBuffer? {
        while let samples = try nextWhole() {
            let left = end.map { Int(clamping: $0.subtracting(Int64(clamping: sampleCount)) ?? 0) } ?? .max
            let kept = samples.subrange(0..<max(0, left))
            timeline.append(kept.sampleCount)
            if kept.sampleCount > 0 { return kept }
        }
        return nil
    }

    private mutating func nextWhole() throws -> SampleBuffer? {
        if silence > 0 {
            let count = min(silence, Self.silencePieceLimit)
            silence -= count
            return .silence(decoder.format, channels: decoder.channels, count: Int(clamping: count))
        }
        if let samples = ready.popFirst() { return samples }
        guard let (samples, time) = try receive() else {
            guard isAtEnd, let last = page, !last.samples.isEmpty else { return nil }
            try closePage(before: nil)
            return try nextWhole()
        }
        hasDecoded = true
        guard page == nil else {
            page?.append(samples)
            if page?.isFull == true { ready = (page?.takeSamples() ?? [])[...] }
            return try nextWhole()
        }
        try prepare([samples], startingAt: time)
        return try nextWhole()
    }

    /// Prepares `samples` to be returned, which begin at `time`, after the silence of the gap that is before them.
    private mutating func prepare(_ samples: [SampleBuffer], startingAt time: Int64?) throws {
        let gap = try timeline.gap(before: time.map { av_rescale_q($0, timeBase, sampleTime) })
        if gap > 0 { fall(silent: gap) }
        ready = samples[...]
    }

    /// Prepares the samples of the page, which is whole, to be returned. `next` is the first packet behind it.
    private mutating func closePage(before next: AVPacket?) throws {
        guard var page else { return }
        let start = page.end(before: next).flatMap { end in
            end.subtracting(av_rescale_q(page.sampleCount, sampleTime, timeBase))
        }
        let samples = page.takeSamples()
        self.page = HeldPage(next)
        if !samples.isEmpty { try prepare(samples, startingAt: start) }
    }

    private mutating func receive() throws -> (samples: SampleBuffer, time: Int64?)? {
        do {
            let received = try decoder.receive()
            guard dropsNext, received != nil else { return received }
            dropsNext = false
            return try decoder.receive()
        } catch let error as LibAVError where error.isOfPacket {
            notice(error.summary)
            return nil
        }
    }

    /// Notes that the packet that was sent last cannot be decoded because of `reason`.
    private mutating func notice(_ reason: String) {
        found.add(at: sampleCount, packet: reason)
        timeline.lose(packetAt: sentTime.map { av_rescale_q($0, timeBase, sampleTime) })
    }

    private mutating func fall(silent count: UInt64) {
        found.add(at: sampleCount)
        found.silentSampleCount = found.silentSampleCount.adding(count) ?? .max
        silence = count
    }

    /// Takes `packet`; nil at the end of the stream. Throws there if not one packet could be decoded.
    mutating func send(_ packet: UnsafePointer<AVPacket>?) throws {
        isAtEnd = packet == nil
        if let packet = packet?.pointee, let page {
            if page.isFollowed(by: packet) { try closePage(before: packet) }
            self.page?.add(timeOf: packet)
        }
        sentTime = packet.flatMap { page == nil && $0.pointee.pts != zwl_AV_NOPTS_VALUE ? $0.pointee.pts : nil }
        do {
            try decoder.send(packet)
        } catch {
            guard (error as? LibAVError)?.isOfPacket ?? true else { throw error }
            notice("\(error)")
            // Without times, only the packet itself says how long the gap is.
            if let packet = packet?.pointee, packet.pts == zwl_AV_NOPTS_VALUE, packet.duration > 0 {
                let count = av_rescale_q(packet.duration, timeBase, sampleTime)
                fall(silent: UInt64(clamping: min(count, Int64(decoder.sampleRate))))
            }
        }
        if packet == nil, !hasDecoded, let reason = damage.reason {
            throw MediaFailure("none of its \(damage.packetCount) packets can be decoded: \(reason)")
        }
    }

    /// Notes that the file could not be read to its end because of `error`.
    mutating func end(because error: LibAVError) {
        found.add(at: sampleCount)
        found.endReason = error.summary
    }

    /// Compares the samples so far, which are all, with those that the container announces.
    mutating func compare(withAnnounced announced: UInt64?) {
        // Only PCM is announced to the sample; elsewhere padding may be counted, or times are in milliseconds.
        let tolerance = decoder.isPCM ? 0 : UInt64(clamping: decoder.sampleRate) / 10
        guard let missing = announced?.subtracting(sampleCount), missing > tolerance else { return }
        found.add(at: sampleCount)
        found.missingSampleCount = missing
    }
}

extension LibAVError {
    /// Whether it says something of a packet: all but a want of memory.
    fileprivate var isOfPacket: Bool { code != -ENOMEM }
}
