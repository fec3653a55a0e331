import Support

/// Decodes an Opus stream from its start, packet by packet, and beside it fresh decoders that begin later: the one engine by
/// which restarts are found and verified.
///
/// Each fresh decoder is a trial of one restart. From the restart's first packet on, every packet must give the same samples
/// as it does in the decode from the start, bit for bit. Nothing is guessed, since libopus promises no amount of pre-roll
/// after which that is so.
///
/// Not Sendable: one thread at a time.
final class OpusRestartTrials {
    /// The trial of one restart.
    final class Trial {
        /// What is tried.
        let restart: OpusRestart
        /// The packet before which the trial ends.
        let end: UInt64
        /// The first packet from `restart.firstPacket` on that did not give the samples of the decode from the start; the
        /// trial ended with it. Nil as long as there is none.
        fileprivate(set) var firstDifference: UInt64?
        fileprivate let decoder: ComparableOpusDecoder

        fileprivate init(_ restart: OpusRestart, end: UInt64, decoder: ComparableOpusDecoder) {
            self.restart = restart
            self.end = end
            self.decoder = decoder
        }
    }

    /// A packet and the samples that it gives in the decode from the start, each nil if there are none.
    typealias DecodedPacket = (packet: [UInt8]?, samples: [UInt8]?)

    private let head: OpusHead
    private let reference: ComparableOpusDecoder
    /// The trials that have not ended.
    private var trials: [Trial] = []

    /// How many packets were appended.
    private(set) var packetCount: UInt64 = 0
    /// How many samples of one channel all decoders have decoded, together.
    private(set) var decodedSampleCount: UInt64 = 0

    /// Begins the decode of the stream that `head` describes, before its first packet of audio.
    init(head: OpusHead) throws(AudioCodingError) {
        self.head = head
        reference = try ComparableOpusDecoder(head: head)
    }

    /// Begins a trial with the next packet, which is its pre-roll's first: packets are compared from `firstPacket` up to `end`.
    func begin(firstPacket: UInt64, end: UInt64) throws(AudioCodingError) -> Trial {
        let trial = Trial(
            OpusRestart(firstPacket: firstPacket, preRollPacket: packetCount), end: end,
            decoder: try ComparableOpusDecoder(head: head))
        trials.append(trial)
        return trial
    }

    /// Decodes the next packet, nil for one that is lost, by all decoders.
    func append(_ packet: UnsafeRawBufferPointer?) {
        decodedSampleCount += reference.decode(packet)
        let samples = try? reference.samples.get()
        for trial in trials {
            decodedSampleCount += trial.decoder.decode(packet)
            if packetCount >= trial.restart.firstPacket, !trial.decoder.gave(samples) {
                trial.firstDifference = packetCount
            }
        }
        packetCount += 1
        trials.removeAll { $0.firstDifference != nil || $0.end <= packetCount }
    }

    /// Resumes a trial that ended without a difference, for `packets`, which follow its end. Returns whether each gives the
    /// same samples; if not, the trial's decoder is of no more use.
    func resume(_ trial: Trial, for packets: [DecodedPacket]) -> Bool {
        packets.allSatisfy { packet, samples in
            decodedSampleCount += Self.withBytes(of: packet) { trial.decoder.decode($0) }
            return Self.withBytes(of: samples) { trial.decoder.gave($0) }
        }
    }

    /// What a decode from the start gives for the last packet: interleaved, 16 bits; a failure if it was lost or cannot be
    /// decoded. Valid until the next packet is appended.
    var samples: Result<UnsafeRawBufferPointer, AudioCodingError> { reference.samples }

    /// The state after the last packet of the decoder that runs from the start.
    func snapshot() -> Block { reference.snapshot() }

    private static func withBytes<T>(of bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> T) -> T {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}
