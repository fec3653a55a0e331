import Support
import Synchronization
import TestSupport
import Testing
import WaveFile

@testable import Recordings

struct PrefetcherTests {
    /// Samples that remember which of them were read.
    private final class Recorder: SampleReading {
        private let reads = Mutex<[Range<UInt64>]>([])
        private let fetches = Mutex<[Range<UInt64>]>([])
        private let announced = Mutex<[Range<UInt64>]>([])
        private let stretchByteCount: UInt64?

        /// Samples of which as many bytes as `stretchByteCount` are best decoded by one thread.
        init(stretchByteCount: UInt64? = nil) {
            self.stretchByteCount = stretchByteCount
        }

        /// The ranges of which the store was told that they are read soon.
        var expected: [Range<UInt64>] { announced.withLock { $0 } }

        func expect(bytes range: Range<UInt64>) { announced.withLock { $0.append(range) } }

        func stretch(containing byte: UInt64) -> Range<UInt64>? {
            stretchByteCount.map { byte / $0 * $0..<(byte / $0 + 1) * $0 }
        }

        /// The ranges that the store was asked for, in that order.
        var fetched: [Range<UInt64>] { fetches.withLock { $0 } }

        func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedSamples? {
            fetches.withLock { $0.append(range) }
            return FetchedSamples(parts: [], byteCount: range.count / 2)
        }

        /// The ranges that were read so far, in that order.
        var all: [Range<UInt64>] { reads.withLock { $0 } }

        func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
            reads.withLock { $0.append(range) }
            return []
        }

        /// The ranges that were read once one of them reaches `end`.
        func all(upTo end: UInt64) -> [Range<UInt64>] {
            _ = eventually { all.contains { $0.upperBound >= end } }
            return all
        }
    }

    /// Bytes that a thread decodes at a time.
    private static let piece: UInt64 = 256 << 10

    /// `range` in the pieces that it is decoded in.
    private func pieces(of range: Range<UInt64>) -> [Range<UInt64>] {
        stride(from: range.lowerBound, to: range.upperBound, by: Int(Self.piece)).map { $0..<$0 + Self.piece }
    }

    private func recording(_ samples: Recorder, codec: AudioCodec = .flac) throws -> Recording {
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let facts = RecordingFacts(
            path: "0", isArray: false, sourceName: "a", codec: codec, format: format, sampleCount: 1 << 28,
            modified: Timestamp(seconds: 0))
        return Recording(facts, samples: samples)
    }

    @Test func `threads that decode ahead take whole stretches, and the store is told of what follows`() throws {
        let stretch: UInt64 = 900_000
        let samples = Recorder(stretchByteCount: stretch)
        let prefetcher = Prefetcher(threads: 1, byteBudget: 8 << 20)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 16 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        let ahead = samples.all(upTo: 20 * stretch)
        #expect(ahead.allSatisfy { $0.upperBound.isMultiple(of: stretch) && $0.count <= stretch })
        #expect(zip(ahead, ahead.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ahead.dropFirst(2).allSatisfy { $0.count == stretch })
        #expect(!samples.expected.isEmpty)
        #expect(samples.expected.allSatisfy { ahead.dropFirst().contains($0) })
    }

    @Test func `stretches that leave no room for a second one are decoded in pieces`() throws {
        let samples = Recorder(stretchByteCount: 3 << 20)
        let prefetcher = Prefetcher(threads: 1, byteBudget: 4 << 20)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 8 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        #expect(samples.all(upTo: 8 << 20).allSatisfy { $0.count <= Int(Self.piece) })
    }

    @Test func `a recording that is read from front to back is decoded ahead of its reader, each byte once`() throws {
        let samples = Recorder()
        let prefetcher = Prefetcher(threads: 2, byteBudget: 4 << 20)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        // After a megabyte the reader counts as sequential; what is decoded ahead is as long as what was read.
        let expected = pieces(of: 1 << 20..<4 << 20)
        _ = eventually { samples.all.count >= expected.count }
        #expect(samples.all.sorted { $0.lowerBound < $1.lowerBound } == expected)
    }

    @Test func `sequential readers share the memory for decoding ahead, and the last of them has all of it`() throws {
        let budget: UInt64 = 4 << 20
        // One thread decodes the pieces in the order in which they were asked for.
        let prefetcher = Prefetcher(threads: 1, byteBudget: Int(budget))
        let readers = try (0..<4).map { _ in
            let samples = Recorder()
            return (samples: samples, reader: try #require(prefetcher.reader(of: recording(samples))))
        }
        var position: UInt64 = 0
        while position < 3 << 20 {
            for (_, reader) in readers { prefetcher.note(position..<position + Self.piece, by: reader) }
            position += Self.piece
            guard position >= 1 << 20 else { continue }
            let end = position + budget / 4
            // From the last reader on: once its piece is decoded, so is all that was asked for before.
            for (samples, _) in readers.reversed() { #expect(samples.all(upTo: end) == pieces(of: 1 << 20..<end)) }
        }
        for (_, reader) in readers.dropFirst() { reader.end() }
        let (samples, reader) = readers[0]
        while position < 6 << 20 {
            prefetcher.note(position..<position + Self.piece, by: reader)
            position += Self.piece
            let end = position + min(position, budget)
            #expect(samples.all(upTo: end) == pieces(of: 1 << 20..<end))
        }
    }

    @Test func `nothing is decoded ahead for a reader that jumps, for one that has ended, or for an array`() throws {
        let samples = Recorder()
        // One thread decodes the pieces in the order in which they were asked for.
        let prefetcher = Prefetcher(threads: 1, byteBudget: 4 << 20)
        #expect(try prefetcher.reader(of: recording(samples, codec: .pcm)) == nil)
        let jumping = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 400 << 20, by: 4 << 20) {
            prefetcher.note(start..<start + 128 << 10, by: jumping)
        }
        let ended = try #require(prefetcher.reader(of: recording(samples)))
        ended.end()
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: ended)
        }
        // Once this reader's pieces are decoded, any of the others would have been.
        let last = Recorder()
        let reader = try #require(prefetcher.reader(of: recording(last)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        #expect(last.all(upTo: 2 << 20).first == 1 << 20..<(1 << 20) + Self.piece)
        #expect(samples.all.isEmpty)
    }

    @Test
    func `a store on another machine is asked further ahead than is decoded, each byte once, until the reader ends`()
        throws
    {
        let samples = Recorder()
        let line = Prefetcher.Line(requests: 4, byteBudget: 8 << 20)
        let prefetcher = Prefetcher(threads: 2, byteBudget: 1 << 20, line: line)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 4 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
            // What is decoded has been asked for before.
            let end = samples.fetched.map(\.upperBound).max() ?? 0
            #expect((samples.all.map(\.upperBound).max() ?? 0) <= max(end, start + 128 << 10 + 1 << 20))
        }
        _ = eventually { (samples.fetched.map(\.upperBound).max() ?? 0) > 5 << 20 }
        reader.end()
        let fetched = samples.fetched.sorted { $0.lowerBound < $1.lowerBound }
        #expect(fetched.first?.lowerBound == 1 << 20)
        #expect(zip(fetched, fetched.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        let decoded = samples.all.sorted { $0.lowerBound < $1.lowerBound }
        #expect(zip(decoded, decoded.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        prefetcher.note(4 << 20..<5 << 20, by: reader)
        #expect(samples.fetched.count == fetched.count)
    }

    @Test func `an array on another machine is read ahead, and one on this machine is not`() throws {
        let samples = Recorder()
        let local = Prefetcher(threads: 1, byteBudget: 4 << 20)
        #expect(try local.reader(of: recording(samples, codec: .pcm)) == nil)
        let prefetcher = Prefetcher(byteBudget: 4 << 20, line: Prefetcher.Line(requests: 2, byteBudget: 4 << 20))
        let reader = try #require(prefetcher.reader(of: recording(samples, codec: .pcm)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        let isFetched = eventually { samples.fetched.contains { $0.upperBound >= 2 << 20 } }
        #expect(isFetched && samples.all.isEmpty)
    }
}
