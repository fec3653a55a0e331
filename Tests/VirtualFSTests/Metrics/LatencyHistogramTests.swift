import Testing

@testable import VirtualFS

struct LatencyHistogramTests {
    @Test func `a histogram counts each duration in the first bound that holds it and in all bounds above`() {
        let histogram = LatencyHistogram()
        for duration: Duration in [
            .zero, .seconds(-5), .microseconds(50), .nanoseconds(50_001), .milliseconds(3), .seconds(10), .seconds(11),
        ] {
            histogram.add(duration)
        }
        let snapshot = histogram.snapshot
        #expect(snapshot.count == 7)
        #expect(abs(snapshot.sum - 21.003_100_001) < 1e-9)
        let counts = Dictionary(uniqueKeysWithValues: snapshot.buckets.map { ($0.bound, $0.count) })
        #expect(counts[0.00005] == 3)
        #expect(counts[0.0001] == 4)
        #expect(counts[0.0025] == 4)
        #expect(counts[0.005] == 5)
        #expect(counts[5] == 5)
        #expect(counts[10] == 6)
        #expect(snapshot.buckets.map(\.bound) == snapshot.buckets.map(\.bound).sorted())
    }

    @Test func `a histogram counts durations of any length`() {
        let histogram = LatencyHistogram()
        histogram.add(.seconds(Int64.max))
        #expect(histogram.snapshot.count == 1)
        #expect(histogram.snapshot.buckets.allSatisfy { $0.count == 0 })
    }
}
