import Support
import Testing

@testable import Spectrogram

struct AxisTests {
    private static func times(
        _ samples: Range<Int64>, rate: UInt32, start: String? = nil, width: Int = 1100
    ) -> TimeAxis {
        TimeAxis(width: width, samples: samples, rate: rate, start: start.flatMap { Timestamp(iso8601: $0) })
    }

    @Test func `frequencies are round numbers at their places`() {
        let axis = FrequencyAxis(height: 480, maximum: 24_000)
        #expect(axis.unit == "kHz")
        #expect(axis.ticks.map(\.label) == ["0", "2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24"])
        #expect(axis.ticks.map(\.place) == (0...12).map { $0 * 40 })
    }

    @Test func `low frequencies are in hertz, with as many decimals as they need`() {
        let axis = FrequencyAxis(height: 100, maximum: 0.5)
        #expect(axis.unit == "Hz")
        #expect(axis.ticks.map(\.label) == ["0.0", "0.2", "0.4"])
        #expect(axis.ticks.map(\.place) == [0, 40, 80])
        #expect(FrequencyAxis(height: 600, maximum: 22_050).ticks.last == Tick(place: 599, label: "22"))
    }

    @Test func `times of a recording whose start is known are those of its own clock`() {
        let axis = Self.times(0..<48_000 * 3600, rate: 48_000, start: "2025-06-18T05:07:30+02:00")
        #expect(axis.caption == "2025-06-18")
        #expect(axis.ticks.first == Tick(place: 46, label: "05:10"))
        #expect(axis.ticks.map(\.label).prefix(3) == ["05:10", "05:15", "05:20"])
        #expect(axis.ticks.map(\.label).suffix(2) == ["06:00", "06:05"])
        #expect(axis.ticks.count == 12)
    }

    @Test func `a recording of seconds or of months has its date`() {
        let seconds = Self.times(0..<144_000, rate: 48_000, start: "2026-11-20T22:13:56.932226")
        #expect(seconds.caption == "2026-11-20")
        #expect(seconds.ticks.first?.label == "22:13:57.0")
        let months = Self.times(0..<86_400 * 100, rate: 1, start: "2026-11-20T22:13:56")
        #expect(months.caption == "")
        #expect(months.ticks.map(\.label).prefix(2) == ["2026-11-30", "2026-12-10"])
    }

    @Test func `midnight has the new date`() {
        let axis = Self.times(0..<24 * 3600, rate: 1, start: "2024-02-28T18:00:00", width: 960)
        #expect(axis.ticks.map(\.label).first == "18:00")
        #expect(axis.ticks.filter { !$0.note.isEmpty } == [Tick(place: 240, label: "00:00", note: "2024-02-29")])
        #expect(axis.caption == "2024-02-28")
    }

    @Test func `times of a recording whose start is not known are counted from its start`() {
        let minutes = Self.times(0..<600 * 8000, rate: 8000)
        #expect(minutes.caption == "time from the start")
        #expect(minutes.ticks.map(\.label).prefix(3) == ["0:00", "0:30", "1:00"])
        #expect(minutes.ticks.map(\.place).prefix(3) == [0, 55, 110])
        let seconds = Self.times(0..<8000, rate: 8000)
        #expect(seconds.caption == "seconds from the start")
        #expect(seconds.ticks.map(\.label).prefix(3) == ["0.00", "0.05", "0.10"])
    }

    @Test func `times of a part are those of the recording`() {
        #expect(Self.times(7_000_000..<7_016_000, rate: 16_000).ticks.first == Tick(place: 0, label: "7:17.5"))
        let clock = Self.times(3600..<3660, rate: 1, start: "2025-06-18T05:00:00.500")
        #expect(clock.ticks.map(\.label).prefix(2) == ["06:00:05", "06:00:10"])
    }

    @Test(
        arguments: [
            (0, 0, 48_000), (0, 1, 500_000), (0, 1, 1), (0, .max, 1), (.max - 1, .max, 4_294_967_295),
            (0, .max, 4_294_967_295),
        ] as [(Int64, Int64, UInt32)])
    func `an axis of any length has few marks within it`(first: Int64, end: Int64, rate: UInt32) {
        for start in [nil, "0000-01-01T00:00:00", "9999-12-31T23:59:59Z", "2025-06-18T05:00:00+02:00"] {
            for width in [1, 92, 1140, 4000] {
                let ticks = Self.times(first..<end, rate: rate, start: start, width: width).ticks
                #expect(ticks.count <= width / 20 + 2)
                #expect(ticks.allSatisfy { (0...width).contains($0.place) })
            }
        }
    }

    @Test(arguments: [0.1, 0.5, 1, 7, 22_050, 250_000, 2_147_483_647.5])
    func `an axis of any frequency has few marks within it`(maximum: Double) {
        for height in [1, 48, 624, 4000] {
            let ticks = FrequencyAxis(height: height, maximum: maximum).ticks
            #expect((1...height / 30 + 2).contains(ticks.count))
            #expect(ticks.allSatisfy { (0...height).contains($0.place) })
        }
    }

    @Test func `round steps are written without rounding errors`() {
        #expect(RoundStep(atLeast: 0.1).text(3) == "0.3")
        #expect(RoundStep(atLeast: 0.0011).text(7) == "0.014")
        #expect(RoundStep(atLeast: 30).text(3) == "150")
        #expect(RoundStep(atLeast: 30).text(0) == "0")
        #expect(RoundStep(atLeast: 0.25).text(-3) == "-1.5")
    }
}
