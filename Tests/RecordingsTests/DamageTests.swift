import Support
import TestSupport
import Testing
import Zarr

@testable import Recordings

struct DamageTests {
    /// Reads `recording` in small pieces and returns which bytes cannot be read; the others must be those of `whole`.
    private func unreadable(_ recording: Recording, whole: [UInt8], step: UInt64 = 512) throws -> [Range<UInt64>] {
        var failed: [Range<UInt64>] = []
        for start in stride(from: 0, to: recording.dataByteCount, by: Int(step)) {
            let range = start..<min(start + step, recording.dataByteCount)
            do {
                let bytes = try recording.bytes(range)
                guard whole.has(bytes, in: range) else {
                    Issue.record("bytes \(range) are wrong")
                    return failed
                }
            } catch let error as RecordingError {
                #expect(error.recording == "0")
                #expect(error.samples != nil)
                failed.append(range)
            }
        }
        return failed
    }

    @Test(arguments: [true, false])
    func `damage to a FLAC frame loses the samples of that frame, and no others`(hasIndex: Bool) throws {
        let fixture = try StreamFixture.named("fixed.flac")
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let rows = try fixture.indexRows
        for number in [3, 40, rows.count - 1] {
            var blob = try fixture.bytes
            blob[Int(rows[number][0] + rows[number][1] / 2)] ^= 0x10
            try OpenedRecording.with(fixture, blob: blob, indexRows: hasIndex ? rows : nil) { opened in
                let failed = try unreadable(opened.recording, whole: whole, step: 64)
                #expect(failed.first?.lowerBound == rows[number][2] * 2 / 64 * 64)
                #expect(failed.count <= 576 * 2 / 64 + 1)
                #expect(!failed.isEmpty)
            }
        }
    }

    @Test(arguments: [true, false])
    func `damage to an AAC frame loses the units that need that frame, and no others`(hasIndex: Bool) throws {
        let fixture = try StreamFixture.named("exact.aac")
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let rows = try fixture.indexRows
        var blob = try fixture.bytes
        // The first bytes behind the header say how the frame is coded at all.
        for byte in 7..<20 { blob[Int(rows[20][0]) + byte] = 0xFF }
        try OpenedRecording.with(fixture, blob: blob, indexRows: hasIndex ? rows : nil) { opened in
            let failed = try unreadable(opened.recording, whole: whole)
            let unitByteCount = UInt64(16 * 1024 * 4)
            #expect(failed.allSatisfy { (unitByteCount..<2 * unitByteCount).overlaps($0) })
            #expect(!failed.isEmpty)
        }
    }

    @Test func `a lost MP3 frame costs its unit, and the next if it is its pre-roll`() throws {
        let fixture = try StreamFixture.named("reservoir.mp3")
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let rows = try fixture.indexRows
        // Frames of 130 to 200 bytes: a unit needs up to six of those before it.
        for (lost, units) in [(13, 1..<2), (23, 1..<3)] {
            var blob = try fixture.bytes
            blob[Int(rows[lost][0])] = 0
            try OpenedRecording.with(fixture, blob: blob, indexRows: rows) { opened in
                let failed = try unreadable(opened.recording, whole: whole, step: 4)
                // The first 1105 samples are the encoder's delay and the decoder's.
                let skipped: UInt64 = 1_105
                let expected = units.map { unit in
                    (UInt64(unit) * 12 * 1_152 - skipped) * 4..<(UInt64(unit + 1) * 12 * 1_152 - skipped) * 4
                }
                #expect(failed.first?.lowerBound == expected.first?.lowerBound)
                #expect(failed.last?.upperBound == expected.last?.upperBound)
                #expect(failed.count == units.count * 12 * 1_152)
            }
        }
    }

    @Test(arguments: StreamFixture.all)
    func `damage to any byte of a stream or an index never gives other samples`(_ fixture: StreamFixture) throws {
        let bytes = try fixture.bytes
        let rows = try fixture.indexRows
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        var random = RepeatableRandom(seed: 23)
        for round in 0..<25 {
            var blob = bytes
            var damagedRows = rows
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                switch round % 3 {
                case 0: blob[Int.random(in: blob.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                case 1: blob.removeLast(Int.random(in: 0..<blob.count / 2, using: &random))
                default:
                    guard !rows.isEmpty else { continue }
                    damagedRows[Int.random(in: rows.indices, using: &random)][Int.random(in: 0..<3, using: &random)] =
                        UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
                }
            }
            try OpenedRecording.with(fixture, blob: blob, indexRows: rows.isEmpty ? nil : damagedRows) { opened in
                // Opened or refused; read or refused; and the same both times.
                guard let recording = opened.catalogue.recordings.first else {
                    #expect(opened.catalogue.problems.count == 1)
                    return
                }
                for _ in 0..<4 where recording.dataByteCount > 0 {
                    let range = random.range(within: recording.dataByteCount, longest: 30_000)
                    let first = try? recording.bytes(range)
                    #expect(first == (try? recording.bytes(range)))
                    // FLAC frames have checksums, and no damage to an index may show.
                    if let first, fixture.codec == "flac" || round % 3 == 2 {
                        #expect(first == Array(whole.dropFirst(Int(range.lowerBound)).prefix(range.count)))
                    }
                }
            }
        }
    }
}
