import Testing

@testable import AudioCoding

struct MediaTimelineTests {
    /// The gaps that a stream of 48 kHz, with packets of 960 samples and times in milliseconds, has before packets at `times`.
    private static func gaps(_ times: [Int64?], isExact: Bool = false) throws -> [UInt64] {
        var timeline = MediaTimeline(
            sampleRate: 48_000, samplesPerTick: 48, samplesPerPacket: 960, isExact: isExact)
        return try times.map { time in
            let gap = try timeline.gap(before: time)
            timeline.append(Int(gap))
            timeline.append(960)
            return gap
        }
    }

    @Test func `missing packets are gaps, and times that jitter or are not known are none`() throws {
        #expect(try Self.gaps([0, 960, 2_880, 3_840]) == [0, 0, 960, 0])
        #expect(try Self.gaps([500, 1_440, 2_450, 3_350]) == [0, 0, 0, 0])
        #expect(try Self.gaps([nil, 960, nil, 4_800]) == [0, 0, 0, 1_920])
        // Two of half a packet add up to one.
        #expect(try Self.gaps([0, 1_430, 2_870, 3_830]) == [0, 0, 950, 0])
        // Exact times that no whole packet accounts for are wrong, and add up to nothing.
        #expect(try Self.gaps([0, 1_430, 2_870, 3_830], isExact: true) == [0, 0, 0, 0])
        #expect(try Self.gaps([0, 960, 1_440, 2_400, 4_320], isExact: true) == [0, 0, 0, 0, 960])
        #expect(try Self.gaps([0, 960, 0, 960, 1_920, 4_800], isExact: true) == [0, 0, 0, 0, 0, 0])
        // Back at the start.
        #expect(try Self.gaps([480_000, 480_960, 0, 960, 2_880]) == [0, 0, 0, 0, 960])
    }

    @Test func `gaps of more than a day are an error, and so are many shorter ones`() throws {
        #expect(throws: MediaFailure.self) { try Self.gaps([0, 1 << 33]) }
        #expect(throws: MediaFailure.self) { try Self.gaps([0, .max]) }
        #expect(throws: MediaFailure.self) { try Self.gaps([0, 1 << 31, 2 << 31, 3 << 31]) }
        #expect(try Self.gaps([.min, .max]) == [0, 0])
    }

    @Test func `ticks of any length are taken`() throws {
        var timeline = MediaTimeline(sampleRate: .max, samplesPerTick: .max, samplesPerPacket: 0)
        #expect(try timeline.gap(before: 0) == 0)
        #expect(try timeline.gap(before: .max) == 0)
    }
}
