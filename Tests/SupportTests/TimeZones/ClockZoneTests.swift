import Foundation
import Testing

@testable import Support

@Suite struct `The zone of a clock` {
    @Test(arguments: [
        ("Z", "+0"), ("+2", "+120"), ("+10", "+600"), ("+1000", "+600"), ("+10:00", "+600"), ("-3:30", "-210"),
        ("-03:30", "-210"), ("-0330", "-210"),
    ])
    func `an offset is read in every usual form`(text: String, minutes: String) throws {
        let local = try #require(Timestamp(iso8601: "2024-07-01T12:00:00"))
        let (time, doubt) = try ClockZone(text).reading(local)
        #expect(time.offsetMinutes == Int(minutes))
        #expect(time.seconds == local.seconds - Int64(try #require(Int(minutes))) * 60)
        #expect(doubt == nil)
    }

    @Test(arguments: [
        ("Europe/Berlin", "2024-01-01T12:00:00", "2024-01-01T12:00:00+01:00"),
        ("Europe/Berlin", "2024-07-01T12:00:00.5", "2024-07-01T12:00:00.5+02:00"),
        ("Europe/Berlin", "2024-03-31T01:59:59", "2024-03-31T01:59:59+01:00"),
        ("Europe/Berlin", "2024-03-31T03:00:00", "2024-03-31T03:00:00+02:00"),
        ("Europe/Berlin", "2024-10-27T01:59:59", "2024-10-27T01:59:59+02:00"),
        ("Europe/Berlin", "2024-10-27T03:00:00", "2024-10-27T03:00:00+01:00"),
        // Beyond what the table has.
        ("Europe/Berlin", "2090-07-01T12:00:00", "2090-07-01T12:00:00+02:00"),
        ("Europe/Berlin", "2090-12-01T12:00:00", "2090-12-01T12:00:00+01:00"),
        // Summer in the south, at the turn of the year.
        ("Australia/Sydney", "2024-01-01T00:00:00", "2024-01-01T00:00:00+11:00"),
        ("Australia/Sydney", "2050-01-01T00:00:00", "2050-01-01T00:00:00+11:00"),
        ("Australia/Sydney", "2050-06-01T00:00:00", "2050-06-01T00:00:00+10:00"),
        ("Australia/Brisbane", "2019-04-22T20:00:00", "2019-04-22T20:00:00+10:00"),
        ("America/St_Johns", "2024-07-01T12:00:00", "2024-07-01T12:00:00-02:30"),
        ("Asia/Kathmandu", "2024-07-01T12:00:00", "2024-07-01T12:00:00+05:45"),
        ("UTC", "2024-07-01T12:00:00", "2024-07-01T12:00:00Z"),
    ])
    func `a time is read in a region, in summer and in winter`(zone: String, local: String, time: String) throws {
        let reading = try ClockZone(zone).reading(#require(Timestamp(iso8601: local)))
        #expect(reading.time.description == time)
        #expect(reading.doubt == nil)
    }

    @Test func `a time that clocks skip, or show twice, is doubtful, and read by the clock before the change`() throws {
        let berlin = try ClockZone("Europe/Berlin")
        let skipped = try berlin.reading(#require(Timestamp(iso8601: "2024-03-31T02:30:00")))
        #expect(skipped.time.description == "2024-03-31T02:30:00+01:00")
        #expect(skipped.doubt == .skipped)
        let repeated = try berlin.reading(#require(Timestamp(iso8601: "2024-10-27T02:30:00")))
        #expect(repeated.time.description == "2024-10-27T02:30:00+02:00")
        #expect(repeated.doubt == .repeated)
    }

    @Test(arguments: [
        "Europe/Atlantis", "europe/berlin", "../zoneinfo/UTC", "/etc/passwd", "Europe", "", "+", "+1:0", "+25",
        "tzdata.zi",
        "Europe//Berlin", "CEST?",
    ])
    func `what is neither an offset nor a region is refused by name`(text: String) {
        #expect {
            try ClockZone(text)
        } throws: { error in
            "\(error)".contains("'\(text)' is no time zone")
        }
    }

    @Test(
        .enabled(if: FileManager.default.isReadableFile(atPath: "/usr/share/zoneinfo/tzdata.zi"), "needs tzdata"),
        arguments: [
            "Europe/Berlin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "America/Santiago",
        ])
    func `offsets are those of the C library at all times`(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let file = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
        let table = try #require(TimeZoneTable(Array(file)))
        // Every 5 days and some hours, from 1990 to 2036.
        for time in stride(from: 631_152_000, to: 2_082_758_400, by: 5 * 86_400 + 12_345) as StrideTo<Int64> {
            let expected = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
            #expect(table.offset(at: time) == Int64(expected), "\(time)")
        }
    }

    @Test func `bytes that are cut or changed are no table, and end no process`() throws {
        let file = Array(try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/Berlin")))
        for count in stride(from: 0, to: file.count - 40, by: 7) {
            #expect(TimeZoneTable(Array(file.prefix(count))) == nil)
        }
        for place in file.indices {
            var changed = file
            changed[place] ^= 0xFF
            let table = TimeZoneTable(changed)
            for time in [Int64.min, -1, 0, 1_700_000_000, .max] { _ = table?.offset(at: time) }
        }
    }

    @Test(arguments: [
        ("<+03>-3", "2024-07-01T12:00:00", "+180"), ("EST5EDT,M3.2.0,M11.1.0", "2024-07-01T12:00:00", "-240"),
        ("EST5EDT,M3.2.0,M11.1.0", "2024-12-01T12:00:00", "-300"),
        ("XXX3YYY,J60/0,J300/0", "2024-03-01T12:00:00", "-120"),
        ("XXX3YYY,J60/0,J300/0", "2024-02-29T12:00:00", "-180"), ("XXX3YYY,60/0,300/0", "2024-02-29T23:00:00", "-180"),
    ])
    func `rules are read in all their forms`(rule: String, time: String, minutes: String) throws {
        let time = try #require(Timestamp(iso8601: time))
        #expect(try #require(TimeZoneRule(rule)).offset(at: time.seconds) == Int64(try #require(Int(minutes))) * 60)
    }

    @Test(arguments: ["", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "1"])
    func `what is no rule is refused`(rule: String) {
        #expect(TimeZoneRule(rule) == nil)
    }
}
