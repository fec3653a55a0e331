import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

struct ExactnessTests {
    @Test(arguments: StreamFixture.all.filter(\.isExact))
    func `a recording's bytes are those of a whole decode by ffmpeg or flac`(_ fixture: StreamFixture) throws {
        try OpenedRecording.with(fixture) { opened in
            let digest = try Digest.sha256(opened.recording.allBytes())
            #expect(try digest == fixture.decodedSHA256)
        }
    }

    @Test(arguments: StreamFixture.all, [0, 100_000, 16 << 20])
    func `a recording's bytes do not depend on where reads begin and end`(_ fixture: StreamFixture, budget: Int) throws
    {
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        try OpenedRecording.with(fixture, budget: budget) { opened in
            let recording = try opened.recording
            var random = RepeatableRandom(seed: 7)
            for _ in 0..<(budget == 0 ? 40 : 200) {
                let range = random.range(within: recording.dataByteCount, longest: 20_000)
                guard whole.has(try recording.bytes(range), in: range) else {
                    Issue.record("bytes \(range) differ")
                    return
                }
            }
        }
    }

    @Test(arguments: StreamFixture.all)
    func `a recording's bytes are the same when they are read backward, and byte by byte`(_ fixture: StreamFixture)
        throws
    {
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        try OpenedRecording.with(fixture) { opened in
            let recording = try opened.recording
            var pieces: [[UInt8]] = []
            var end = recording.dataByteCount
            while end > 0 {
                let start = end - min(end, 4_099)
                pieces.append(try recording.bytes(start..<end))
                end = start
            }
            #expect(pieces.reversed().flatMap(\.self) == whole)
            let start = recording.dataByteCount / 2
            let single = try (start..<start + 3_000).flatMap { try recording.bytes($0..<$0 + 1) }
            #expect(single.elementsEqual(whole[Int(start)..<Int(start) + 3_000]))
        }
    }

    @Test(arguments: StreamFixture.all)
    func `a recording's bytes are the same for eight threads at once`(_ fixture: StreamFixture) throws {
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        try OpenedRecording.with(fixture, budget: 200_000) { opened in
            let recording = try opened.recording
            Parallel.forEach(count: 160, threads: 8) { index in
                var random = RepeatableRandom(seed: UInt64(index))
                let range = random.range(within: recording.dataByteCount, longest: 20_000)
                let bytes = try? recording.bytes(range)
                #expect(bytes.map { whole.has($0, in: range) } == true)
            }
        }
    }

    @Test(arguments: StreamFixture.all.filter { $0.codec != "opus" })
    func `a recording's bytes do not depend on its index`(_ fixture: StreamFixture) throws {
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let right = try fixture.indexRows
        #expect(right.count > 20)
        var shifted = right
        shifted.append(shifted.removeFirst())
        let wrong: [String: [[UInt64]]] = [
            "right": right,
            "shifted by a row": shifted,
            "two rows short": right.dropLast(2),
            "with a false row": right[..<5] + [[right[5][0] + 3, 9, right[5][2]]] + right[5...],
            "wrong in the middle": right[..<9] + [[right[9][0] + 1, right[9][1], right[9][2]]] + right[10...],
            "beyond the stream": right.map { [$0[0] + 1 << 40, $0[1], $0[2]] },
            "overflowing": right.map { [UInt64.max - 2, $0[1], $0[2]] },
            "huge frames": right.map { [$0[0], UInt64.max, $0[2]] },
            "zero": right.map { _ in [0, 0, 0] },
        ]
        for (kind, rows) in wrong {
            try OpenedRecording.with(fixture, indexRows: Array(rows)) { opened in
                let recording = try opened.recording
                var random = RepeatableRandom(seed: 3)
                let range = random.range(within: recording.dataByteCount, longest: 40_000)
                let expected = whole[Int(range.lowerBound)..<Int(range.upperBound)]
                #expect(try recording.bytes(range).elementsEqual(expected), "with an index that is \(kind)")
                #expect(try recording.allBytes() == whole, "with an index that is \(kind)")
                #expect(
                    opened.lines.all.filter { $0.contains("_index is") }.count <= 1, "with an index that is \(kind)")
            }
        }
    }
}
