import Support
import Testing

@Suite struct `The duration of samples` {
    @Test(
        arguments: [
            (UInt64(0), UInt32(48_000), "0.000000"), (1, 48_000, "0.000021"), (48_000, 48_000, "1.000000"),
            (1, 3, "0.333333"), (2, 3, "0.666667"), (1_999_999, 2_000_000, "1.000000"),
            (3_999_999, 4_000_000, "1.000000"), (.max, 1, "18446744073709551615.000000"),
            (.max, .max, "4294967297.000000"),
        ] as [(UInt64, UInt32, String)])
    func `a duration in seconds is rounded to the nearest microsecond`(samples: UInt64, rate: UInt32, seconds: String) {
        #expect(SampleDuration(samples: samples, rate: rate).seconds == seconds)
    }

    @Test(
        arguments: [
            (UInt64(0), UInt32(48_000), "0:00:00.000"), (48_000 * 3725 + 12_000, 48_000, "1:02:05.250"),
            (48_000 * 86_400, 48_000, "24:00:00.000"), (47_999, 48_000, "0:00:00.999"), (1, 0, "0:00:01.000"),
        ] as [(UInt64, UInt32, String)])
    func `a duration in hours, minutes and seconds is truncated to milliseconds`(
        samples: UInt64, rate: UInt32, clock: String
    ) {
        #expect(SampleDuration(samples: samples, rate: rate).clock == clock)
    }
}
