import Support
import Testing

@Suite struct `A position in a recording` {
    @Test(
        arguments: [
            ("0", 0), ("1", 48_000), ("12.5", 600_000), ("0.5", 24_000), ("1.00001", 48_000), ("1.000011", 48_001),
            (".5", nil),
            ("1.", 48_000), ("00:01:02.5", 3_000_000), ("1:02", 2_976_000), ("90:00", 259_200_000),
            ("48000smp", 48_000),
            ("-1", -48_000), ("-10smp", -10), ("3600", 172_800_000), ("0:60", nil), ("1:60:00", nil), ("1:2:3:4", nil),
            ("10s", nil), ("", nil), ("-", nil), ("smp", nil), ("1e3", nil), ("1,5", nil), ("٣", nil), ("+1", nil),
            ("1:-2", nil), ("99999999999999999999", nil), ("9223372036854775807:0", nil),
            ("0.1234567891234567", 5_926),
        ] as [(String, Int64?)])
    func `a position is seconds, a time of hours and minutes, or samples`(text: String, sample: Int64?) {
        #expect(SamplePosition(text).flatMap { $0.sample(rate: 48_000) } == sample)
    }

    @Test func `a position that no recording has is refused`() throws {
        let position = try #require(SamplePosition("9223372036854775807"))
        #expect(position.sample(rate: 48_000) == nil)
    }

    @Test func `a position between two samples is the nearest one, or the later one halfway`() throws {
        #expect(try #require(SamplePosition("0.5")).sample(rate: 3) == 2)
        #expect(try #require(SamplePosition("0.166666666")).sample(rate: 3) == 0)
        #expect(try #require(SamplePosition("0.166666667")).sample(rate: 3) == 1)
    }
}
