import Support
import TestSupport
import Testing

@testable import Recordings

extension SequentialRun {
    /// What is to be decoded ahead once `range` was read.
    fileprivate mutating func next(
        afterReading range: Range<UInt64>, of byteCount: UInt64, depth: UInt64
    ) -> Range<UInt64>? {
        note(range)
        guard let ahead = next(of: byteCount, depth: depth), request(ahead) else { return nil }
        return ahead
    }
}

struct SequentialRunTests {
    private let request: UInt64 = 128 << 10
    private let end: UInt64 = 1 << 30

    @Test func `a sequential run is known after a megabyte, and decoded ahead of without a gap or a byte twice`() {
        var run = SequentialRun()
        var asked: [Range<UInt64>] = []
        for start in stride(from: UInt64(0), to: 64 << 20, by: Int(request)) {
            let ahead = run.next(afterReading: start..<start + request, of: end, depth: 8 << 20)
            if let ahead {
                #expect(ahead.lowerBound >= start + request)
                #expect(ahead.upperBound <= start + request + 8 << 20)
                asked.append(ahead)
            }
            #expect(run.isSequential == (start + request >= 1 << 20))
        }
        #expect(zip(asked, asked.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(asked.last.map { $0.upperBound >= 71 << 20 } == true)
    }

    @Test func `a part of what may be decoded ahead is asked for, and the rest the next time, but nothing twice`()
        throws
    {
        var run = SequentialRun()
        for start in stride(from: UInt64(0), to: 4 << 20, by: Int(request)) { run.note(start..<start + request) }
        let whole = try #require(run.next(of: end, depth: 4 << 20))
        let part = whole.lowerBound..<whole.lowerBound + 900_000
        let isNew = run.request(part)
        let again = run.request(whole)
        let none = run.request(part.upperBound..<part.upperBound)
        #expect(isNew && !again && !none)
        #expect(run.next(of: end, depth: 4 << 20) == part.upperBound..<whole.upperBound)
    }

    @Test func `a sequential run is known although the kernel asks out of order`() {
        var run = SequentialRun()
        var starts = stride(from: UInt64(0), to: 16 << 20, by: Int(request)).map { $0 }
        for index in stride(from: 0, to: starts.count - 3, by: 3) { starts.swapAt(index, index + 2) }
        let asked = starts.compactMap { run.next(afterReading: $0..<$0 + request, of: end, depth: 4 << 20) }
        #expect(run.isSequential)
        #expect(zip(asked, asked.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        #expect(!asked.isEmpty)
    }

    @Test func `a sequential run ends with a jump, and excerpts of three seconds are none`() {
        var run = SequentialRun()
        var random = RepeatableRandom(seed: 1)
        for _ in 0..<200 {
            let start = UInt64.random(in: 0..<end, using: &random)
            for piece in stride(from: start, to: start + 600_000, by: Int(request)) {
                #expect(run.next(afterReading: piece..<piece + request, of: end, depth: 8 << 20) == nil)
            }
        }
    }

    @Test func `a sequential run does not begin with a jump, however near to the start`() {
        for start in stride(from: UInt64(0), to: 1 << 20, by: 100_000) {
            var run = SequentialRun()
            for piece in stride(from: start, to: start + 288_000, by: Int(request)) {
                #expect(run.next(afterReading: piece..<piece + request, of: 2_880_000, depth: 8 << 20) == nil)
            }
        }
    }

    @Test(arguments: [4_096, 96_000, 1 << 18] as [UInt64])
    func `reading a part here and there, in order, is no sequential run`(size: UInt64) {
        var run = SequentialRun()
        let asked = stride(from: UInt64(0), to: end, by: Int(size) * 3).compactMap { start in
            run.next(afterReading: start..<start + size, of: end, depth: 8 << 20)
        }
        #expect(asked.isEmpty)
    }

    @Test func `a sequential run continues over parts that the reader skips now and then`() {
        var run = SequentialRun()
        var position: UInt64 = 0
        for piece in 0..<200 {
            _ = run.next(afterReading: position..<position + request, of: end, depth: 8 << 20)
            position += piece % 10 == 9 ? request * 2 : request
        }
        #expect(run.isSequential)
    }

    @Test func `a sequential run never asks for bytes beyond the recording`() {
        var run = SequentialRun()
        let short: UInt64 = 3_000_001
        var last: Range<UInt64>?
        for start in stride(from: UInt64(0), to: short, by: Int(request)) {
            last = run.next(afterReading: start..<min(start + request, short), of: short, depth: 8 << 20) ?? last
        }
        #expect(last?.upperBound == short)
    }
}
