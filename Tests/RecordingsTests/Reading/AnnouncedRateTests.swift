import Testing

@testable import Recordings

struct AnnouncedRateTests {
    @Test(arguments: [nil, 1.0, 0, -2, .nan, .infinity, 1e30, 1e-9])
    func `the announced rate is the stream's if nothing else is claimed`(factor: Double?) {
        let rate = AnnouncedRate(streamRate: 48_000, factor: factor, sampleCount: 480_000, sourceDuration: 10)
        #expect(rate == AnnouncedRate(streamRate: 48_000, factor: nil, sampleCount: 1, sourceDuration: nil))
        #expect(rate.hertz == 48_000)
        #expect(rate.reason == nil)
    }

    @Test func `the announced rate is the stream's if the source was resampled, whatever the store claims`() {
        let rate = AnnouncedRate(
            streamRate: 48_000, factor: 250_000.0 / 48_000, sampleCount: 322_812, sourceDuration: 6.725248)
        #expect(rate.hertz == 48_000)
        #expect(rate.reason?.contains("resampled") == true)
    }

    @Test func `the announced rate is the source's if its samples were re-labelled`() {
        let rate = AnnouncedRate(
            streamRate: 48_000, factor: 250_000.0 / 48_000, sampleCount: 1_681_312, sourceDuration: 6.725248)
        #expect(rate.hertz == 250_000)
        #expect(rate.reason?.contains("re-labelled") == true)
    }

    @Test
    func `the announced rate is what the store claims if it has no duration to check that by, and the reason says so`()
    {
        let rate = AnnouncedRate(
            streamRate: 48_000, factor: 312_500.0 / 48_000, sampleCount: 1_000, sourceDuration: nil)
        #expect(rate.hertz == 312_500)
        #expect(rate.reason?.contains("no source duration") == true)
    }

    @Test(
        arguments: [
            (
                "ffprobe:\n  streams:\n  - index: 0\n    duration_ts: 7\n    duration: 6.725248\n  format:\n    duration: 9\n",
                6.725248
            ),
            ("duration: '12.5'\r\n", 12.5), ("  - duration: 3", 3), ("duration: N/A\nduration: 4\n", 4),
            ("duration: -1\n", nil), ("duration: nan\n", nil), ("", nil), ("title: duration: 5\n", nil),
        ] as [(String, Double?)])
    func `the source's duration is found in the output of ffprobe`(yaml: String, seconds: Double?) {
        #expect(SourceMetadata(yaml: yaml).duration == seconds)
    }
}
