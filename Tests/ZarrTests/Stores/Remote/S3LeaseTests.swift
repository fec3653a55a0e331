import Testing

@testable import Zarr

struct S3LeaseTests {
    private let start = ContinuousClock.now

    private func minute(_ count: Double) -> ContinuousClock.Instant { start + .seconds(60 * count) }

    @Test func `a writer that renews in time is never taken for dead`() {
        var lease = S3Lease(at: start)
        for count in stride(from: 0.5, to: 60, by: 0.5) {
            #expect(lease.isHeld(at: minute(count)))
            lease.renew(from: minute(count), at: minute(count) + .seconds(2))
        }
        #expect(lease.wasHeld(since: minute(0), at: minute(61)))
    }

    @Test func `a writer takes itself for dead a minute before others do, until it has renewed`() {
        var lease = S3Lease(at: start)
        #expect(lease.isHeld(at: minute(4)))
        #expect(!lease.isHeld(at: minute(4) + .seconds(1)))
        // What counts is when the renewal was sent, not when the answer came.
        lease.renew(from: minute(5), at: minute(7))
        #expect(lease.isHeld(at: minute(9)) && !lease.isHeld(at: minute(9) + .seconds(1)))
    }

    @Test func `what a writer had before it was asleep may belong to others, and what it has got since is its own`() {
        var lease = S3Lease(at: start)
        #expect(lease.wasHeld(since: minute(1), at: minute(3)))
        lease.renew(from: minute(10), at: minute(10))
        #expect(!lease.wasHeld(since: minute(1), at: minute(11)))
        #expect(lease.wasHeld(since: minute(10), at: minute(11)))
        // Renewals in time change nothing of that.
        lease.renew(from: minute(12), at: minute(12))
        #expect(!lease.wasHeld(since: minute(9), at: minute(12)))
    }

    @Test func `a writer whose object was removed stays dead`() {
        var lease = S3Lease(at: start)
        lease.lose()
        lease.renew(from: minute(1), at: minute(1))
        #expect(lease.isLost && !lease.isHeld(at: minute(1)) && !lease.wasHeld(since: minute(1), at: minute(1)))
    }
}
