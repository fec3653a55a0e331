import Support
import Synchronization

/// Counts how far a check has got. Safe to use from any thread.
final class CheckCounter: Sendable {
    /// How much of a deep check is reading, roughly; the rest is decoding.
    private static let readShare = 1.0 / 8

    private struct State {
        var recordings = 0
        /// Bytes of audio that were read.
        var byteCount: UInt64 = 0
        /// How much of each recording was decoded, from 0 to 1.
        var decoded: [Double]
        /// The bytes that this much of all recordings is stored as.
        var decodedByteCount = 0.0
    }

    private let byteCounts: [UInt64]
    private let totalByteCount: UInt64
    private let isDeep: Bool
    private let report: @Sendable (StoreCheck.Progress) -> Void
    private let state: Mutex<State>

    /// A counter for recordings that have `byteCounts` bytes of audio, as far as the store says. `report` is called after each step.
    init(byteCounts: [UInt64], isDeep: Bool, report: @escaping @Sendable (StoreCheck.Progress) -> Void) {
        self.byteCounts = byteCounts
        totalByteCount = byteCounts.reduce(0) { $0.adding($1) ?? .max }
        self.isDeep = isDeep
        self.report = report
        state = Mutex(State(decoded: byteCounts.map { _ in 0 }))
    }

    /// Bytes of audio that were read.
    var byteCount: UInt64 { state.withLock { $0.byteCount } }

    /// Counts `byteCount` further bytes of audio as read.
    func read(_ byteCount: UInt64) {
        step { $0.byteCount = $0.byteCount.adding(byteCount) ?? .max }
    }

    /// Counts so much of the recording `index`, from 0 to 1, as decoded.
    func decoded(_ share: Double, of index: Int) {
        step { count(share, of: index, in: &$0) }
    }

    /// Counts the recording `index` as done.
    func finish(_ index: Int) {
        step { state in
            count(1, of: index, in: &state)
            state.recordings += 1
        }
    }

    private func count(_ share: Double, of index: Int, in state: inout State) {
        state.decodedByteCount += (share - state.decoded[index]) * Double(byteCounts[index])
        state.decoded[index] = share
    }

    private func step(_ count: (inout State) -> Void) {
        report(
            state.withLock { state in
                count(&state)
                return progress(state)
            })
    }

    private func progress(_ state: State) -> StoreCheck.Progress {
        let work = Double(state.byteCount) * Self.readShare + state.decodedByteCount * (1 - Self.readShare)
        return StoreCheck.Progress(
            recordings: state.recordings, recordingCount: byteCounts.count,
            byteCount: isDeep ? UInt64(exactly: work.rounded()) ?? 0 : state.byteCount, totalByteCount: totalByteCount)
    }
}
