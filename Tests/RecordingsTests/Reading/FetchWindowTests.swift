import Testing

@testable import Recordings

struct FetchWindowTests {
    /// A line that takes so many bytes a second and answers after so many seconds, and a reader that is never the slowest.
    private struct SimulatedLine {
        let bytesPerSecond: Double
        let delay: Double
        /// Bytes of the store for each of the samples.
        let share: Double

        /// What is under way and has come when so many bytes of samples were read, with as many bytes of the store kept as `budget`.
        func window(after byteCount: UInt64, budget: Int = 1 << 30) -> (ahead: UInt64, seconds: Double) {
            var window = FetchWindow()
            let start = ContinuousClock.now
            var underWay: [(range: Range<UInt64>, mark: FetchWindow.Mark, end: Double)] = []
            var (position, time, lineIsFree): (UInt64, Double, Double) = (0, 0, 0)
            while position < byteCount {
                for range in window.next(from: position, of: 1 << 40, depth: 0, budget: budget) {
                    lineIsFree = max(lineIsFree, time) + Double(range.count) * share / bytesPerSecond
                    underWay.append((range, window.mark(at: start + .seconds(time)), lineIsFree + delay))
                }
                guard let next = underWay.first else { break }
                underWay.removeFirst()
                time = max(time, next.end)
                window.add(
                    Int(Double(next.range.count) * share), for: next.range.count, since: next.mark,
                    at: start + .seconds(time))
                position = next.range.upperBound
            }
            return (window.end - position, time)
        }
    }

    @Test(arguments: [0.1, 0.5, 1]) func `a line is busy nearly all the time, whatever its delay`(share: Double) {
        for (bytesPerSecond, delay) in [(125e6, 0.04), (12.5e6, 0.04), (125e6, 0.15), (1e6, 0.3)] {
            let seconds = 20.0
            let line = SimulatedLine(bytesPerSecond: bytesPerSecond, delay: delay, share: share)
            let (ahead, time): (UInt64, Double) = line.window(after: UInt64(seconds * bytesPerSecond / share))
            let limit: Double = 1.1 * seconds + 12 * delay
            let isBusy = time < limit
            #expect(isBusy, "\(time) s by \(line)")
            // No more than a few times of what is needed, or a few requests.
            let needed = max(bytesPerSecond * delay, 262_144)
            let isLittle = Double(ahead) * share < 9 * needed
            #expect(isLittle, "\(ahead) bytes by \(line)")
        }
    }

    @Test func `what is kept is bounded, however fast the line is`() {
        let line = SimulatedLine(bytesPerSecond: 1e9, delay: 0.2, share: 1)
        let (ahead, _) = line.window(after: 1 << 31, budget: 8 << 20)
        #expect((4 << 20...8 << 20).contains(ahead))
    }

    @Test func `what comes from a cache says nothing of the line`() {
        var window = FetchWindow()
        let start = ContinuousClock.now
        func ahead(afterAnswers milliseconds: [Double]) -> UInt64 {
            window = FetchWindow()
            for time in milliseconds {
                let mark = window.mark(at: start)
                window.add(1 << 20, for: 1 << 20, since: mark, at: start + .milliseconds(time))
            }
            return window.next(from: 0, of: 1 << 40, depth: 0, budget: 1 << 30).last?.upperBound ?? 0
        }
        let line = ahead(afterAnswers: [50, 50, 50])
        #expect(line >= 4 << 20)
        #expect(ahead(afterAnswers: [50, 1, 50, 0.1, 50, 2]) == line)
    }

    @Test func `ranges follow one another to the end, also after the reader has jumped`() {
        var window = FetchWindow()
        let first = window.next(from: 0, of: 1_000_000, depth: 700_000, budget: 1 << 30)
        #expect(first == [0..<262_144, 262_144..<524_288])
        #expect(window.next(from: 100_000, of: 1_000_000, depth: 700_000, budget: 1 << 30) == [524_288..<786_432])
        #expect(window.next(from: 700_000, of: 1_000_000, depth: 700_000, budget: 1 << 30) == [786_432..<1_000_000])
        #expect(window.next(from: 800_000, of: 1_000_000, depth: 700_000, budget: 1 << 30).isEmpty)
        window.restart()
        #expect(window.next(from: 990_000, of: 1_000_000, depth: 700_000, budget: 1 << 30) == [990_000..<1_000_000])
        #expect(window.next(from: 1_000_000, of: 1_000_000, depth: 1, budget: 0).isEmpty)
    }
}
