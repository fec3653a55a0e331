/// Verifies the restarts that a store claims for an Opus stream that is handed to it packet by packet.
///
/// A claim to begin with the stream itself needs no proof. Not Sendable: one thread at a time.
public final class OpusRestartVerifier {
    /// More trials than this at a time would take for ever; a stream's own restarts overlap by one or two.
    private static let trialLimit = 64

    /// A claim that does not hold, or was not tried.
    public struct Fault: Sendable, Equatable {
        /// The number of the restart.
        public let restart: Int
        /// The first packet for which it gives other samples; nil if it was not tried, since too many others were on trial.
        public let packet: UInt64?
    }

    private let claims: [OpusRestart]
    private let trials: OpusRestartTrials
    /// The numbers of the claims that are not on trial yet, by the packets with which they begin, from the last to the first.
    private var pending: [Int]
    /// The claims on trial, by their numbers.
    private var running: [(claim: Int, trial: OpusRestartTrials.Trial)] = []

    /// The claims found false so far.
    public private(set) var faults: [Fault] = []
    /// The packets that could not be decoded at all, from the start; those that follow each other are joined.
    public private(set) var failures: [Range<UInt64>] = []

    /// A verifier of `claims`, which are in order and begin with the stream's start, for the stream that `head` describes.
    public init(head: OpusHead, claims: [OpusRestart]) throws(AudioCodingError) {
        self.claims = claims
        trials = try OpusRestartTrials(head: head)
        pending = claims.indices.filter { claims[$0].preRollPacket > 0 }
            .sorted { claims[$0].preRollPacket > claims[$1].preRollPacket }
    }

    /// Appends the next packet; nil for one that is lost.
    public func append(_ packet: UnsafeRawBufferPointer?) throws(AudioCodingError) {
        let number = trials.packetCount
        try beginTrials()
        trials.append(packet)
        if case .failure = trials.samples { addFailure(number) }
        for (claim, trial) in running where trial.firstDifference != nil {
            faults.append(Fault(restart: claim, packet: trial.firstDifference))
        }
        running.removeAll { $0.trial.firstDifference != nil || $0.trial.end <= trials.packetCount }
    }

    /// Puts the claims on trial whose pre-roll begins with the next packet.
    private func beginTrials() throws(AudioCodingError) {
        while let claim = pending.last, claims[claim].preRollPacket <= trials.packetCount {
            pending.removeLast()
            guard running.count < Self.trialLimit else {
                faults.append(Fault(restart: claim, packet: nil))
                continue
            }
            // A restart holds up to the next one, and as far as it says.
            let next = claims.indices.contains(claim + 1) ? claims[claim + 1].firstPacket : .max
            let end = max(next, claims[claim].end ?? 0)
            running.append((claim, try trials.begin(firstPacket: claims[claim].firstPacket, end: end)))
        }
    }

    private func addFailure(_ packet: UInt64) {
        if let last = failures.last, last.upperBound == packet {
            failures[failures.count - 1] = last.lowerBound..<packet + 1
        } else if failures.count < 1000 {
            failures.append(packet..<packet + 1)
        }
    }
}
