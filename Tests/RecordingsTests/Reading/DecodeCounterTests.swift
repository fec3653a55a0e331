import Support
import TestSupport
import Testing
import WaveFile

@testable import Recordings

struct DecodeCounterTests {
    @Test func `each FLAC frame is counted as one unit, once, without pre-roll`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        let blockSize = try #require(fixture.indexRows.dropFirst().first)[2]
        try OpenedRecording.with(fixture, indexRows: fixture.indexRows) { opened in
            let recording = try opened.recording
            let unit = blockSize * UInt64(recording.format.blockAlign)
            for start in [unit, 2 * unit, unit] { _ = try recording.bytes(start..<start + 2) }
            #expect(opened.counters[.flac].units.value == 2)
            #expect(opened.counters[.flac].samples.value == 2 * blockSize)
            #expect(opened.counters[.flac].preRollSamples.value == 0)
            #expect(opened.counters[.aac].units.value == 0)
            #expect(opened.cache.statistics[.samples].misses == 2)
            #expect(opened.cache.statistics[.samples].hits == 1)
            #expect(opened.cache.statistics[.samples].byteCount > Int(2 * unit))
        }
    }

    @Test func `sixteen AAC frames are counted as one unit, and one frame as pre-roll unless the stream begins there`()
        throws
    {
        let fixture = try StreamFixture.named("exact.aac")
        try OpenedRecording.with(fixture, indexRows: fixture.indexRows) { opened in
            let recording = try opened.recording
            let unit = 16 * 1024 * UInt64(recording.format.blockAlign)
            _ = try recording.bytes(0..<2)
            #expect(opened.counters[.aac].preRollSamples.value == 0)
            _ = try recording.bytes(unit..<unit + 2)
            #expect(opened.counters[.aac].units.value == 2)
            #expect(opened.counters[.aac].samples.value == 2 * 16 * 1024)
            #expect(opened.counters[.aac].preRollSamples.value == 1024)
        }
    }

    @Test func `all that an Opus stream without restarts needs for a place far in is counted, once`() throws {
        let fixture = try StreamFixture.named("celt.opus")
        try OpenedRecording.with(fixture) { opened in
            let recording = try opened.recording
            let last = recording.dataByteCount - 2
            _ = try recording.bytes(last..<last + 2)
            let counter = opened.counters[.opus]
            #expect(counter.units.value == 1)
            // What lies before the unit is decoded, and decoded again to prove where one can begin.
            #expect(counter.samples.value + counter.preRollSamples.value > recording.sampleCount)
            let before = counter.preRollSamples.value
            _ = try recording.bytes(last..<last + 2)
            #expect(counter.units.value == 1)
            #expect(counter.preRollSamples.value == before)
        }
    }

    @Test func `blocks that were decoded ahead are counted apart from those that a reader asked for`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try OpenedRecording.with(fixture, indexRows: fixture.indexRows) { opened in
            let recording = try opened.recording
            try recording.samples.decodeAhead(bytes: 0..<recording.dataByteCount)
            let units = opened.counters[.flac].units.value
            #expect(opened.cache.statistics.ahead.made.blocks == units)
            #expect(opened.cache.statistics.ahead.used.blocks == 0)
            #expect(opened.cache.statistics[.samples].misses == 0)
            _ = try recording.allBytes()
            #expect(opened.counters[.flac].units.value == units)
            #expect(opened.cache.statistics.ahead.used == opened.cache.statistics.ahead.made)
            #expect(opened.cache.statistics.ahead.wasted.blocks == 0)
        }
    }
}
