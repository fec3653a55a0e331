import Support

/// Compares the times of packets with the lengths of those before them: demuxers skip damaged bytes without an error.
struct MediaContinuity {
    /// What the time of a packet says of its place behind the one before.
    enum Place: Equatable {
        /// It follows that one, as far as ticks show.
        case follows
        /// As many samples are missing between them.
        case gap(Int64)
        /// It begins as many samples later than that one ends, or earlier if that is below 0, which no packet accounts for: the length of
        /// a packet is what it holds (RFC 6716, section 3.1, for one).
        case contradiction(Int64)

        /// The place of a packet that begins, by its time, `difference` samples after the end of the one before. Packets have
        /// `samplesPerPacket` samples or more, and times may be wrong by `tolerance`. `contradiction` is what was contradicted before.
        init(difference: Int64, samplesPerPacket: Int64, tolerance: Int64, after contradiction: TimeContradiction?) {
            // Times that were too early may come back to where the packets are.
            let excess = contradiction?.excessSampleCount ?? 0
            let comesBack = excess < 0 && difference.adding(excess)?.magnitude ?? .max <= tolerance.magnitude
            if difference.magnitude <= tolerance.magnitude {
                self = .follows
            } else if !comesBack, difference >= max(samplesPerPacket - tolerance, 1) {
                self = .gap(difference)
            } else {
                self = .contradiction(difference)
            }
        }
    }

    /// Samples of one channel a second.
    private let sampleRate: Int64
    /// Where the next packet has to begin, in samples of presentation time; nil if that is not known.
    private var nextPresentation: Int64?
    /// Samples of the packet before.
    private var lastSampleCount = 0
    /// Samples of all packets so far.
    private var sampleCount: UInt64 = 0
    /// The packets whose times are not where the one before ends; nil if there are none.
    private(set) var contradiction: TimeContradiction?

    /// The continuity of a stream of `sampleRate`.
    init(sampleRate: UInt32) {
        self.sampleRate = Int64(sampleRate)
    }

    /// Checks that a packet of `sampleCount` samples begins where the one before ended, as far as times in ticks of
    /// `samplesPerTick` samples show that. Throws if packets are missing between them, or if times go back by more than a second.
    mutating func check(presentationSample: Int64?, sampleCount: Int, samplesPerTick: Int64) throws(MediaFailure) {
        defer {
            nextPresentation = presentationSample?.addingReportingOverflow(Int64(sampleCount)).partialValue
            lastSampleCount = sampleCount
            self.sampleCount = self.sampleCount.adding(UInt64(clamping: sampleCount)) ?? .max
        }
        guard let presentationSample, let nextPresentation else { return }
        let difference = presentationSample.subtractingReportingOverflow(nextPresentation).partialValue
        let place = Place(
            difference: difference, samplesPerPacket: Int64(min(sampleCount, lastSampleCount)),
            tolerance: samplesPerTick.multiplied(by: 2) ?? .max, after: contradiction)
        switch place {
        case .follows: return
        case .gap: throw MediaFailure("\(difference) samples are missing before the packet")
        case .contradiction where difference >= -sampleRate:
            var found = contradiction ?? TimeContradiction(firstSample: self.sampleCount)
            found.add(difference)
            contradiction = found
        case .contradiction:
            throw MediaFailure("the packet begins \(difference.magnitude) samples before the end of the one before")
        }
    }
}
