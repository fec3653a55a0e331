public import Support

/// Finds the restarts of an Opus stream that is handed to it packet by packet: the rows of `opus_sync`.
///
/// The stream is taken in runs of `packetsPerRun` packets. A fresh decoder begins a little before each run: if it gives the
/// samples of a decode from the start throughout the run, that is a restart. If it does not, the decoder of the restart before,
/// which has decoded more of the stream by then, is tried: if it still gives the right samples, its restart covers this run too.
/// If that fails as well, the run can be decoded only from the stream's start, and its restart says so.
///
/// If asked to, it also proves stretches: the decoder of the first run of every ten goes on through the other nine, as long as it gives the
/// right samples. Whoever reads a stretch from front to back then needs pre-roll only once.
///
/// Not Sendable: one thread at a time.
public final class OpusRestartProver {
    /// Packets of a run, 0.96 s of packets of 20 ms. Readers' decode units divide it.
    public static let packetsPerRun: UInt64 = 48
    /// Packets before a run with which its decoder begins. With packets of 20 ms, 19 or 20 are enough half of the time, and more
    /// than 32 were never seen to be needed. With fewer, more restarts give other samples in another version of libopus: one in
    /// a hundred with 28, one in a thousand with 32.
    static let preRollPacketCount: UInt64 = 32

    /// Packets of a stretch, at most: with ten runs, a fifteenth of what is decoded is pre-roll.
    public static let packetsPerStretch = 10 * packetsPerRun

    private let trials: OpusRestartTrials
    private let provesStretches: Bool
    /// The restarts of the runs that are complete, in order. The first is the stream's start.
    public private(set) var restarts = [OpusRestart.streamStart]
    /// How many packets `restarts` covers: those of the runs that are complete.
    public private(set) var provedPacketCount: UInt64 = 0

    /// The trial of the last restart, up to this run; nil if that restart is the stream's start.
    private var current: OpusRestartTrials.Trial?
    /// The packets of this run. They are kept only while there is a `current`, which may have to decode them.
    private var run: [OpusRestartTrials.DecodedPacket] = []
    /// The trial of a restart for this run.
    private var candidate: OpusRestartTrials.Trial?
    /// The trial of a restart for the next run, in its pre-roll.
    private var next: OpusRestartTrials.Trial?
    /// The restart, by its place in `restarts`, whose decoder goes on through this stretch, and its trial; nil for the decode from the
    /// start, which needs none.
    private var leading: (restart: Int, trial: OpusRestartTrials.Trial?)?

    /// A prover for the stream that `head` describes, before its first packet of audio. If it `provesStretches`, which takes one more
    /// decode of every packet, the restarts say where they end.
    public init(head: OpusHead, provesStretches: Bool = false) throws(AudioCodingError) {
        trials = try OpusRestartTrials(head: head)
        self.provesStretches = provesStretches
        leading = provesStretches ? (0, nil) : nil
    }

    /// How many packets were appended.
    public var packetCount: UInt64 { trials.packetCount }

    /// How many samples of one channel were decoded, by the decode from the start and by all others together.
    public var decodedSampleCount: UInt64 { trials.decodedSampleCount }

    /// What a decode from the start gives for the packet appended last: interleaved, little-endian, 16 bits; a failure if the
    /// packet was lost or cannot be decoded. Valid until the next packet is appended.
    public var samples: Result<UnsafeRawBufferPointer, AudioCodingError> { trials.samples }

    /// The state of a decoder that has decoded all packets appended so far: see `OpusStreamDecoder.restore`.
    public func snapshot() -> Block { trials.snapshot() }

    /// Appends the next packet; nil for one that is lost. If this throws, the packet is not appended.
    public func append(_ packet: UnsafeRawBufferPointer?) throws(AudioCodingError) {
        if packetCount % Self.packetsPerRun == Self.packetsPerRun - Self.preRollPacketCount {
            let firstPacket = packetCount + Self.preRollPacketCount
            let length = isLeader(firstPacket) ? Self.packetsPerStretch : Self.packetsPerRun
            next = try trials.begin(firstPacket: firstPacket, end: firstPacket + length)
        }
        trials.append(packet)
        if current != nil { run.append((packet.map { Array($0) }, (try? samples.get()).map { Array($0) })) }
        if packetCount % Self.packetsPerRun == 0 { endRun() }
    }

    /// Ends the stream: the last run is complete, however short it is. Returns the restarts of all packets, in order.
    @discardableResult
    public func finish() -> [OpusRestart] {
        if packetCount > provedPacketCount { endRun() }
        return restarts
    }

    /// Whether a restart at `firstPacket` is to lead through a stretch.
    private func isLeader(_ firstPacket: UInt64) -> Bool {
        provesStretches && firstPacket % Self.packetsPerStretch == 0
    }

    /// Decides where a decode of the run that ends here begins.
    private func endRun() {
        let firstPacket = provedPacketCount
        provedPacketCount = packetCount
        if isLeader(firstPacket), firstPacket > 0 { leading = nil }
        if let candidate, candidate.firstDifference == nil {
            restarts.append(candidate.restart)
            current = candidate
            if isLeader(firstPacket) { leading = (restarts.count - 1, candidate) }
        } else if let last = current, !stillHolds(last) {
            restarts.append(OpusRestart(firstPacket: firstPacket, preRollPacket: 0))
            current = nil
        }
        setEnds()
        run = []
        candidate = next
        next = nil
    }

    /// Whether the decoder of `trial`, which was right up to this run, gives the right samples of this run, too.
    private func stillHolds(_ trial: OpusRestartTrials.Trial) -> Bool {
        // A leader has decoded the run already.
        if trial.end >= packetCount { return trial.firstDifference == nil }
        return trials.resume(trial, for: run)
    }

    /// Records that the last restart, and the one that leads through the stretch, are right up to here.
    private func setEnds() {
        guard provesStretches else { return }
        restarts[restarts.count - 1].end = packetCount
        guard let leading else { return }
        if leading.trial?.firstDifference == nil {
            restarts[leading.restart].end = packetCount
        } else {
            self.leading = nil
        }
    }
}
