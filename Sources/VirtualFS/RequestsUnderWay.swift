import Glibc
import Synchronization

/// Counts the requests that are being answered, so that it can be waited until all are answered that may have seen something old. Safe to use
/// from any thread.
final class RequestsUnderWay: Sendable {
    /// How often somebody has waited.
    private let epoch = Atomic<Int>(0)
    /// How many requests are under way that began in an even epoch, and in an odd one.
    private let even = Atomic<Int>(0), odd = Atomic<Int>(0)

    private static let pauseMicroseconds: UInt32 = 1_000

    /// A request begins. Returns what `end` needs.
    func begin() -> Int {
        while true {
            let began = epoch.load(ordering: .sequentiallyConsistent)
            count(of: began, 1)
            // If the epoch has ended meanwhile, nobody may wait for this request any more.
            if epoch.load(ordering: .sequentiallyConsistent) == began { return began }
            count(of: began, -1)
        }
    }

    /// The request that began in the epoch `began` is answered.
    func end(_ began: Int) {
        count(of: began, -1)
    }

    /// Waits until all requests that have begun by now are answered, but no longer than `seconds`: one may wait for a disk that does not
    /// answer. To be called by one thread at a time.
    func waitForAll(atMost seconds: Int) {
        let ended = epoch.add(1, ordering: .sequentiallyConsistent).oldValue
        let deadline = ContinuousClock.now + .seconds(seconds)
        while underWay(in: ended) > 0, .now < deadline {
            usleep(Self.pauseMicroseconds)
        }
    }

    private func underWay(in epoch: Int) -> Int {
        epoch & 1 == 0 ? even.load(ordering: .sequentiallyConsistent) : odd.load(ordering: .sequentiallyConsistent)
    }

    private func count(of epoch: Int, _ change: Int) {
        if epoch & 1 == 0 {
            even.add(change, ordering: .sequentiallyConsistent)
        } else {
            odd.add(change, ordering: .sequentiallyConsistent)
        }
    }
}
