import Recordings
import Support
import Synchronization
import Testing
import WaveFile

@Suite("The prefetcher")
struct PrefetcherTests {
    /// Samples that remember which of them were read.
    private final class Recorder: SampleReading {
        let reads = Mutex<[Range<UInt64>]>([])
        let isRead = Semaphore()

        func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
            reads.withLock { $0.append(range) }
            isRead.signal()
            return []
        }
    }

    private func recording(_ samples: Recorder, codec: AudioCodec = .flac) throws -> Recording {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let facts = RecordingFacts(
            path: "0", isArray: false, sourceName: "a", codec: codec, format: format, sampleCount: 1 << 28,
            modified: Timestamp(seconds: 0))
        return Recording(facts, samples: samples)
    }

    @Test("decodes ahead of a sequential reader, each byte once")
    func sequential() throws {
        let samples = Recorder()
        let prefetcher = Prefetcher(threads: 2, byteBudget: 4 << 20)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        for _ in 0..<8 { samples.isRead.wait() }
        let reads = samples.reads.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        #expect(reads.allSatisfy { $0.lowerBound >= 1 << 20 })
        #expect(zip(reads, reads.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
    }

    @Test("shares its memory among the readers that there are", .timeLimit(.minutes(1)))
    func fairness() throws {
        let budget: UInt64 = 4 << 20
        let read: UInt64 = 3 << 20
        let prefetcher = Prefetcher(threads: 2, byteBudget: Int(budget))
        let all = try (0..<4).map { _ in
            let samples = Recorder()
            return (samples, try #require(prefetcher.reader(of: recording(samples))))
        }
        for start in stride(from: 0, to: read, by: 128 << 10) {
            for (_, reader) in all { prefetcher.note(start..<start + 128 << 10, by: reader) }
        }
        all[0].0.isRead.wait()
        for (samples, reader) in all.dropFirst() {
            reader.end()
            #expect(samples.reads.withLock { $0 }.allSatisfy { $0.upperBound <= read + budget / 4 })
        }
        // Alone, the one that is left is decoded ahead of further.
        let (samples, reader) = all[0]
        #expect(samples.reads.withLock { $0 }.allSatisfy { $0.upperBound <= read + budget / 4 })
        for start in stride(from: read, to: 2 * read, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
            if samples.reads.withLock({ $0 }).contains(where: { $0.upperBound > start + budget / 2 }) { return }
            samples.isRead.wait()
        }
        Issue.record("nothing was decoded further ahead")
    }

    @Test("does nothing for a reader who jumps, for one who is gone, and for arrays")
    func nothing() throws {
        let samples = Recorder()
        let prefetcher = Prefetcher(threads: 2, byteBudget: 4 << 20)
        #expect(try prefetcher.reader(of: recording(samples, codec: .pcm)) == nil)
        let jumping = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 400 << 20, by: 4 << 20) {
            prefetcher.note(start..<start + 128 << 10, by: jumping)
        }
        let gone = try #require(prefetcher.reader(of: recording(samples)))
        gone.end()
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: gone)
        }
        // Work is done in order: once this reader's is, that of the others would have been.
        let last = Recorder()
        let reader = try #require(prefetcher.reader(of: recording(last)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        last.isRead.wait()
        #expect(samples.reads.withLock { $0 }.isEmpty)
    }
}
