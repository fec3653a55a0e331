import AudioCoding
import Support
import Synchronization

/// The restarts of one stream that an `OpusFrontier` proved, in this mount or an earlier one, as the catalogue's file keeps them.
///
/// Only the restarts of fresh decoders are kept: a decoder's state is of use in one process alone.
final class KeptOpusProofs: Sendable {
    /// Packets that must be proved beyond what is kept before more is kept.
    private static let step = 256 * OpusRestartProver.packetsPerRun

    private let derived: DerivedData.Opener
    private let kept = SingleFlight<Kept>()
    /// How many packets are covered by what the file keeps.
    private let keptPacketCount = Atomic<UInt64>(0)

    /// What the file kept before this mount.
    private struct Kept: Sendable {
        let derived: DerivedData?
        let restarts: OpusRestarts?
        let packetCount: UInt64
    }

    init(derived: @escaping DerivedData.Opener) {
        self.derived = derived
    }

    /// Where a decode of `packet` can begin, by what was kept before this mount; nil if that is not known.
    func start(of packet: UInt64) -> OpusDecodeStart? {
        let kept = load()
        guard let restarts = kept.restarts, packet < kept.packetCount else { return nil }
        let restart = restarts.last(atOrBefore: packet)
        // From the stream's start, a frontier gets there too, and it keeps decoder states on its way.
        guard restart.preRollPacket > 0 || packet < 2 * OpusRestartProver.packetsPerRun else { return nil }
        return OpusDecodeStart(state: nil, packet: restart.preRollPacket)
    }

    /// Whether `packetCount` packets are enough more than are kept to keep them now.
    func isWorthKeeping(_ packetCount: UInt64) -> Bool {
        packetCount.subtracting(keptPacketCount.load(ordering: .relaxed)) ?? 0 >= Self.step
    }

    /// Keeps what `prover` has proved, if that is more than is kept.
    func keep(_ prover: OpusRestartProver) {
        let kept = load()
        guard prover.provedPacketCount > keptPacketCount.load(ordering: .relaxed) else { return }
        keptPacketCount.store(prover.provedPacketCount, ordering: .relaxed)
        kept.derived?.keep(
            Self.content(of: prover.restarts, packetCount: prover.provedPacketCount), as: .opusRestarts)
    }

    private func load() -> Kept {
        kept.get {
            let derived = derived()
            let found = derived?.content(.opusRestarts).flatMap { Self.restarts(in: $0) }
            keptPacketCount.store(found?.packetCount ?? 0, ordering: .relaxed)
            return Kept(derived: derived, restarts: found?.restarts, packetCount: found?.packetCount ?? 0)
        }
    }

    // MARK: - Layout

    /// A proof holds for the libopus that gave it. The last byte is the layout's version.
    private static let version = Array(OpusStreamDecoder.libraryVersion.utf8) + [0, 2]

    /// The number of packets, and for each restart but the first, the packets since the restart before and those of its pre-roll.
    private static func content(of restarts: [OpusRestart], packetCount: UInt64) -> [UInt8] {
        var bytes = version
        LEB128.append(packetCount, to: &bytes)
        for (last, restart) in zip(restarts, restarts.dropFirst()) {
            LEB128.append(restart.firstPacket - last.firstPacket, to: &bytes)
            LEB128.append(restart.firstPacket - restart.preRollPacket, to: &bytes)
        }
        return bytes
    }

    private static func restarts(in content: ArraySlice<UInt8>) -> (restarts: OpusRestarts, packetCount: UInt64)? {
        guard content.starts(with: version) else { return nil }
        var rest = content.dropFirst(version.count)
        guard let packetCount = LEB128.take(from: &rest) else { return nil }
        var restarts = [OpusRestart.streamStart]
        var last: UInt64 = 0
        while !rest.isEmpty {
            guard let distance = LEB128.take(from: &rest), let preRollPacketCount = LEB128.take(from: &rest),
                let firstPacket = last.adding(distance),
                let preRollPacket = firstPacket.subtracting(preRollPacketCount)
            else { return nil }
            restarts.append(OpusRestart(firstPacket: firstPacket, preRollPacket: preRollPacket))
            last = firstPacket
        }
        return OpusRestarts(claimed: restarts, packetCount: packetCount).map { ($0, packetCount) }
    }
}
