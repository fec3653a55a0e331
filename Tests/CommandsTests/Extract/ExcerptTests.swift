import Support
import Synchronization
import TestSupport
import Testing
import WaveFile

@testable import Commands
@testable import Recordings

struct ExcerptTests {
    /// Silence in a store on another machine, which remembers what it was asked for ahead.
    private final class FarSilence: SampleReading {
        private let fetches = Mutex<[Range<UInt64>]>([])

        var fetched: [Range<UInt64>] { fetches.withLock { $0 } }
        var requestsAtOnce: Int? { 4 }

        func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
            // As whoever reads waits for what was asked for.
            _ = eventually { fetched.contains { $0.upperBound >= min(range.upperBound + 200_000, 3_000_000) } }
            return [BlockSlice(Block([UInt8](repeating: 0, count: range.count)))]
        }

        func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
            fetches.withLock { $0.append(range) }
            return FetchedBytes(parts: [], byteCount: range.count)
        }
    }

    @Test func `what is written of a recording on another machine is asked for ahead, and nothing outside the part`()
        throws
    {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let facts = RecordingFacts(
            path: "0", isArray: false, sourceName: "a.wav", codec: .flac, format: format, sampleCount: 2_000_000,
            modified: Timestamp(seconds: 0))
        let samples = FarSilence()
        let recording = Recording(facts, samples: samples)
        let part = Excerpt.Piece(recording: recording, samples: -100_000..<1_500_000)
        var byteCount = 0
        let excerpt = try Excerpt([part], encoding: nil)
        try excerpt.write { bytes in byteCount += bytes.count }
        #expect(UInt64(byteCount) == excerpt.byteCount)
        let fetched = samples.fetched.sorted { $0.lowerBound < $1.lowerBound }
        #expect((fetched.first?.lowerBound ?? .max) < 200_000)
        #expect(zip(fetched, fetched.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(fetched.allSatisfy { $0.upperBound <= 3_000_000 })
    }
}
