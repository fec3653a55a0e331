import Foundation
import Support
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0, 0),
            ("2024-09-03T20:26:15+01:00", 1_725_391_575, 0, 60),
            ("2024-09-03T20:26:15+0100", 1_725_391_575, 0, 60),
            ("2024-09-03T20:26:15-03", 1_725_405_975, 0, -180),
            ("2024-09-03 20:26:15", 1_725_395_175, 0, nil),
            ("2024-09-03T20:26", 1_725_395_160, 0, nil),
            ("2026-11-20T22:13:56.932226", 1_795_212_836, 932_226_000, nil),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000, 0),
            ("2000-02-29T12:00:00Z", 951_825_600, 0, 0),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0, 0),
        ] as [(String, Int64, Int64, Int?)])
    func `timestamps are read in the forms of recorders and stores`(
        text: String, seconds: Int64, nanoseconds: Int64, offset: Int?
    ) throws {
        let timestamp = try #require(Timestamp(iso8601: text))
        #expect(timestamp.seconds == seconds)
        #expect(timestamp.nanoseconds == nanoseconds)
        #expect(timestamp.offsetMinutes == offset)
    }

    @Test(arguments: [
        "", "2024", "2024-09-03", "2024-13-01T00:00:00", "2023-02-29T00:00:00", "1900-02-29T00:00:00",
        "2024-09-31T00:00:00", "2024-09-03T24:00:00", "2024-09-03T20:60:00", "2024-09-03T20:26:61",
        "2024-09-03T20:26:15.", "2024-09-03T20:26:15+", "2024-09-03T20:26:15+1", "2024-09-03T20:26:15+01:",
        "2024-09-03T20:26:15Zjunk", "２０24-09-03T20:26:15",
    ])
    func `timestamps that no calendar or clock has are refused`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test(arguments: [
        "2024-09-03T20:26:15+01:00", "2024-09-03T00:26:15-09:30", "2026-11-20T22:13:56.932226",
        "1969-12-31T23:59:59.5Z", "1583-03-01T00:00:00Z", "9999-12-31T23:59:59.000000001Z",
    ])
    func `timestamps are written as they were read`(text: String) {
        #expect(Timestamp(iso8601: text)?.description == text)
    }

    @Test func `timestamps agree with Foundation on every day from 1600 to 2400`() throws {
        let style = Date.ISO8601FormatStyle()
        for day in stride(from: Int64(-135_140), through: 157_054, by: 1) {
            let seconds = day * 86_400 + 45_296
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            let timestamp = Timestamp(seconds: seconds, offsetMinutes: 0)
            guard timestamp.description == text, Timestamp(iso8601: text) == timestamp else {
                Issue.record("\(text) became \(timestamp)")
                return
            }
        }
    }
}
