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
        private let findStretch: @Sendable (UInt64) -> Range<UInt64>?

        /// Samples with stretches as `findStretch` says.
        init(_ findStretch: @escaping @Sendable (UInt64) -> Range<UInt64>? = { _ in nil }) {
            self.findStretch = findStretch
        }

        /// Samples of which as many bytes as `stretchByteCount` are best decoded by one thread.
        convenience init(stretchByteCount: UInt64) {
            self.init { $0 / stretchByteCount * stretchByteCount..<($0 / stretchByteCount + 1) * stretchByteCount }
        }

        /// The ranges of which the store was told that they are read soon.
        var expected: [Range<UInt64>] { announced.withLock { $0 } }

        func expect(bytes range: Range<UInt64>) { announced.withLock { $0.append(range) } }

        func stretch(containing byte: UInt64) -> Range<UInt64>? { findStretch(byte) }

        /// The ranges that the store was asked for, in that order.
        var fetched: [Range<UInt64>] { fetches.withLock { $0 } }

        func fetchAhead(bytes range: Range<UInt64>) throws(RecordingError) -> FetchedBytes? {
            fetches.withLock { $0.append(range) }
            return FetchedBytes(parts: [], byteCount: range.count / 2)
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
        #expect(samples.expected.allSatisfy { $0.upperBound.isMultiple(of: stretch) && $0.count <= stretch })
    }

    @Test(arguments: [0..<2_752, (1 << 40)..<(1 << 41), 0..<UInt64.max, 1..<(1 << 63) + 9] as [Range<UInt64>])
    func `a stretch that is nonsense makes no difference`(stretch: Range<UInt64>) throws {
        let limit: UInt64 = 7 << 20
        let decoded = try [Recorder { _ in stretch }, Recorder()].map { samples in
            let prefetcher = Prefetcher(threads: 1, byteBudget: 8 << 20)
            let reader = try #require(prefetcher.reader(of: recording(samples)))
            for start in stride(from: UInt64(0), to: 4 << 20, by: 128 << 10) {
                prefetcher.note(start..<start + 128 << 10, by: reader)
            }
            defer { reader.end() }
            return samples.all(upTo: limit).filter { $0.upperBound <= limit }
        }
        let isSame = decoded[0] == decoded[1]
        #expect(isSame && !decoded[0].isEmpty)
    }

    /// Samples whose stretches are not known before a part that is decoded ahead is, which asks whether it is still wanted.
    private final class Entangled: SampleReading {
        private let isAsked = Semaphore()
        private let isChecked = Semaphore()
        private let reads = Atomic<Int>(0)
        private let waits = Atomic<Int>(0)

        var readCount: Int { reads.load(ordering: .relaxed) }
        var waitCount: Int { waits.load(ordering: .relaxed) }

        func stretch(containing byte: UInt64) -> Range<UInt64>? {
            guard readCount > 0, waits.add(1, ordering: .relaxed).newValue == 1 else { return nil }
            isAsked.signal()
            isChecked.wait()
            return nil
        }

        func read(bytes range: Range<UInt64>) throws(RecordingError) -> [BlockSlice] {
            guard reads.add(1, ordering: .relaxed).newValue == 1 else { return [] }
            isAsked.wait()
            _ = Cancellation.isRequested
            isChecked.signal()
            return []
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `whoever decodes ahead does not wait for a reader that waits for it`() throws {
        let samples = Entangled()
        let format = try #require(WaveFormat(sampleRate: 48_000, channels: 1, encoding: .integer16))
        let facts = RecordingFacts(
            path: "0", isArray: false, sourceName: "a", codec: .flac, format: format, sampleCount: 1 << 28,
            modified: Timestamp(seconds: 0))
        let prefetcher = Prefetcher(threads: 1, byteBudget: 4 << 20)
        let reader = try #require(prefetcher.reader(of: Recording(facts, samples: samples)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
            if start >= 1 << 20 { _ = eventually { samples.readCount > 0 } }
        }
        #expect(samples.readCount > 0 && samples.waitCount > 0)
        reader.end()
    }

    @Test func `stretches that leave no room for a second one are decoded in pieces`() throws {
        let samples = Recorder(stretchByteCount: 3 << 20)
        let prefetcher = Prefetcher(threads: 1, byteBudget: 4 << 20)
        let reader = try #require(prefetcher.reader(of: recording(samples)))
        for start in stride(from: UInt64(0), to: 2 << 20, by: 128 << 10) {
            prefetcher.note(start..<start + 128 << 10, by: reader)
        }
        #expect(samples.all(upTo: 4 << 20).allSatisfy { $0.count <= Int(Self.piece) })
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
