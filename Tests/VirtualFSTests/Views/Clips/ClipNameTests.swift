import Testing

@testable import VirtualFS

struct ClipNameTests {
    @Test(
        arguments: [
            ("12.5-13.25", 600_000, 636_000), ("0-1", 0, 48_000), ("00:00:10-00:00:11.5", 480_000, 528_000 + 24_000),
            ("1:02-62.5", 2_976_000, 3_000_000), ("90:00-1:30:01", 259_200_000, 259_248_000),
            ("00:10:00+3s", 28_800_000, 28_944_000), ("10+3", 480_000, 624_000), ("10+0:03", 480_000, 624_000),
            ("0.5+50ms", 24_000, 26_400), ("0+1.5m", 0, 4_320_000), ("0+0.5h", 0, 86_400_000),
            ("0+0.000000001h", 0, nil), ("1+0.00002s", 48_000, 48_001), ("s480000-528000", 480_000, 528_000),
            ("s0-1", 0, 1), ("0.123456789-0.2", 5_926, 9_600),
        ] as [(String, UInt64, UInt64?)])
    func `a clip's name has its range in seconds, in hours and minutes, with a duration, or in samples`(
        range: String, first: UInt64, end: UInt64?
    ) throws {
        let name = ClipName(Array("night.wav@\(range).wav".utf8))
        #expect(name?.file ?? Array("night.wav".utf8) == Array("night.wav".utf8))
        #expect(name?.samples(of: 1 << 40, rate: 48_000) == end.map { first..<$0 })
    }

    @Test(arguments: [
        "", "1", "1-", "-1", "-", "+", "1+", "+1", "1-2-3", "1+2+3", "1--2", "1 - 2", "1.-2", "1.5.2-3", ".5-1",
        "1e1-20",
        "٣-4", "1,5-2", "1-2s", "1s-2s", "s1", "s1-", "s-2", "s1+2", "s1.5-3", "s1-2-3", "S1-2", "1:60-2:00",
        "0:1:2:3-9",
        "1-2ms", "1+2x", "1+ms", "1+1:00s", "1+2.5.5s", "0.1234567891-1", "1+0.1234567891s", "1+0.0000001ms",
        "99999999999999999999-999999999999999999999", "1+99999999999999999999s", "1+9999999999999h",
        "s99999999999999999999-999999999999999999999", "9223372036854775807-9223372036854775808", "NaN-1", "1-inf",
    ])
    func `a name with a malformed range is no clip's`(range: String) {
        #expect(ClipName(Array("a.wav@\(range).wav".utf8))?.samples(of: .max, rate: 48_000) == nil)
    }

    @Test(arguments: [
        "a.wav", "a.wav@1-2", "a.wav@1-2.flac", "@1-2.wav", "a.wav@.wav", "@", "", "a.wav@1-2.wavx", "a.wav1-2.wav",
    ])
    func `a name without a range, a recording or the ending is no clip's`(name: String) {
        #expect(ClipName(Array(name.utf8)) == nil)
    }

    @Test func `a recording may have the sign that comes before the range in its own name`() throws {
        let name = try #require(ClipName(Array("a@3-4.wav@s1-2.WAV".utf8)))
        #expect(name.file == Array("a@3-4.wav".utf8))
        #expect(name.samples(of: 10, rate: 1) == 1..<2)
    }

    @Test func `a recording's name may be no UTF-8`() throws {
        let name = try #require(ClipName([0xFF] + Array("@s1-2.wav".utf8)))
        #expect(name.file == [0xFF])
    }

    @Test(
        arguments: [
            ("0-10", 0..<100), ("0-10.1", nil), ("9.9-10", 99..<100), ("10-11", nil), ("5-5", nil), ("6-5", nil),
            ("5+0s", nil),
            ("s0-100", 0..<100), ("s0-101", nil), ("s5-5", nil), ("s6-5", nil), ("5.01-5.04", nil),
            ("5.04-5.06", 50..<51),
            ("9+1s", 90..<100), ("9+1.1s", nil), ("0+1000000h", nil),
        ] as [(String, Range<UInt64>?)])
    func `a range that is empty or not all in the recording has no samples`(range: String, samples: Range<UInt64>?) {
        let name = ClipName(Array("a.wav@\(range).wav".utf8))
        #expect(name?.samples(of: 100, rate: 10) == samples)
    }

    @Test func `a duration has the same number of samples wherever it begins`() throws {
        for start in ["0", "0.00001", "0.00002", "12.345678901", "1:00:00.000011"] {
            let name = try #require(ClipName(Array("a.wav@\(start)+0.1s.wav".utf8)))
            #expect(name.samples(of: 1 << 40, rate: 44_100)?.count == 4_410)
        }
    }

    @Test func `a time between two samples is that of the nearest one, or of the later one halfway`() throws {
        let name = try #require(ClipName(Array("a.wav@0.5-1.166666666.wav".utf8)))
        #expect(name.samples(of: 100, rate: 3) == 2..<3)
        let later = try #require(ClipName(Array("a.wav@0.5-1.166666667.wav".utf8)))
        #expect(later.samples(of: 100, rate: 3) == 2..<4)
    }
}
