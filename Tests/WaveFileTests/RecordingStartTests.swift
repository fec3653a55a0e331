import Support
import TestSupport
import Testing

@testable import WaveFile

@Suite struct `The start of a recording` {
    @Test(arguments: [
        ("20240903_202615.WAV", "2024-09-03T20:26:15"),
        ("20240903_202615T.WAV", "2024-09-03T20:26:15"),
        ("24E144055E080032_20240903_202615.WAV", "2024-09-03T20:26:15"),
        ("SMU00001_20200505_210000.wav", "2020-05-05T21:00:00"),
        ("POND_0+1_20200505_210000_000.wav", "2020-05-05T21:00:00"),
        ("POND_20200505$210000.wav", "2020-05-05T21:00:00"),
        ("5353.191106120000.wav", "2019-11-06T12:00:00"),
        ("0166_20240531_223911.wav", "2024-05-31T22:39:11"),
        ("20230322_172000", "2023-03-22T17:20:00"),
        ("20190422T200000+1000_REC [19.2144 152.8811].flac", "2019-04-22T20:00:00+10:00"),
        ("x_20230516_221300Z.wav", "2023-05-16T22:13:00Z"),
        ("2022-08-30_12-08-00 (1).wav", "2022-08-30T12:08:00"),
        ("2023-09-15-birdnet-06:12:27.wav", "2023-09-15T06:12:27"),
        ("WISPR_230504_195202.wav", "2023-05-04T19:52:02"),
        ("230101_235959_Tr1.WAV", "2023-01-01T23:59:59"),
        ("20230504195202.wav", "2023-05-04T19:52:02"),
        ("S20210205T035946676+1000_E20210205T045941523+1000_-12.34567+143.21098.wav", "2021-02-05T03:59:46.676+10:00"),
        ("5B07C752.WAV", "2018-05-25T08:20:34Z"),
        ("SOCAL_H_65_140101_003000.x.wav", "2014-01-01T00:30:00"),
        ("AMAR231.20190512T123456.250Z.wav", "2019-05-12T12:34:56.25Z"),
        ("SWIFT_20190512_123456_-0330.wav", "2019-05-12T12:34:56-03:30"),
        ("2019-05-12 22-11-33.wav", "2019-05-12T22:11:33"),
        ("SOLO_2018-06-01=06.00.00.wav", "2018-06-01T06:00:00"),
        ("Recording_2023_05_04_19_52_02.m4a", "2023-05-04T19:52:02"),
        ("230504-195202.WAV", "2023-05-04T19:52:02"),
        ("20240903_202615-0002.wav", "2024-09-03T20:26:15"),
        ("20240903_202615Zoo.wav", "2024-09-03T20:26:15"),
        ("6478.20240903.wav_20240903_202615.wav", "2024-09-03T20:26:15"),
        ("20230504_195202_UTC.wav", "2023-05-04T19:52:02Z"), ("20230504_195202UTC.wav", "2023-05-04T19:52:02Z"),
        ("20230504_195202_GMT.wav", "2023-05-04T19:52:02Z"), ("20230504_195202-utc.wav", "2023-05-04T19:52:02Z"),
        ("20230504_195202_UTC+2.wav", "2023-05-04T19:52:02+02:00"),
        ("20230504_195202(UTC-5).wav", "2023-05-04T19:52:02-05:00"),
        ("20230504_195202 [+10].wav", "2023-05-04T19:52:02+10:00"),
        ("20230504_195202 (UTC).wav", "2023-05-04T19:52:02Z"),
        ("20230504_195202 (2).wav", "2023-05-04T19:52:02"),
        ("20230504T195202\u{2212}0500.wav", "2023-05-04T19:52:02-05:00"),
        ("20230504_195202_UTC-5_x.wav", "2023-05-04T19:52:02-05:00"),
        ("20230504_195202_UTC-03-30.wav", "2023-05-04T19:52:02-03:30"),
        ("20230504_195202_CEST.wav", "2023-05-04T19:52:02+02:00"),
        ("20230504T195202+02.wav", "2023-05-04T19:52:02+02:00"), ("20230504_195202+1.wav", "2023-05-04T19:52:02+01:00"),
        ("20230504T195202-05.wav", "2023-05-04T19:52:02-05:00"), ("20230504_195202-05.wav", "2023-05-04T19:52:02"),
        ("x_20230516_221300z.wav", "2023-05-16T22:13:00Z"), ("20230516t221300z.wav", "2023-05-16T22:13:00Z"),
        ("2024-05-01T06-00-00+02-00.wav", "2024-05-01T06:00:00+02:00"),
        ("2023-05-04T19-52-02-123Z.wav", "2023-05-04T19:52:02.123Z"),
        ("2023-05-04T19_52_02_123Z.wav", "2023-05-04T19:52:02.123Z"),
        ("20230504_075202PM.wav", "2023-05-04T19:52:02"), ("20230504_075202_PM.wav", "2023-05-04T19:52:02"),
        ("2023-05-04 12.05.02 am.wav", "2023-05-04T00:05:02"), ("20230504_195202_pmx.wav", "2023-05-04T19:52:02"),
        ("PAMGuard_20150801_120000_250.wav", "2015-08-01T12:00:00.25"),
        ("ADRIFT_001_20230504_195202_123.wav", "2023-05-04T19:52:02.123"),
        ("BATLOGGER_20240531_223911_0166.wav", "2024-05-31T22:39:11"),
        ("2023-09-15-birdnet-RTSP_1-06:12:27.wav", "2023-09-15T06:12:27"),
        ("Eurasian_Blackbird-87-2023-09-15-birdnet-RTSP_12-06:12:27.mp3", "2023-09-15T06:12:27"),
        ("2016-08-01--12.00.00.wav", "2016-08-01T12:00:00"), ("2016.08.01-21.30.00.wav", "2016-08-01T21:30:00"),
        ("20230504.195202.wav", "2023-05-04T19:52:02"),
        ("20230504_195202_-27.38+152.88.wav", "2023-05-04T19:52:02"),
        ("20200926T012500-0300_Rec1_-18.2656-44.5564.wav", "2020-09-26T01:25:00-03:00"),
        // Two digits for the year, by recorders that are known to write it first, and dates that are none in another order.
        ("WISPR_150623_195202.wav", "2015-06-23T19:52:02"), ("150623_235959_Tr1.WAV", "2015-06-23T23:59:59"),
        ("150623_235959_TrLR.WAV", "2015-06-23T23:59:59"), ("150623-235959.WAV", "2015-06-23T23:59:59"),
        ("SOCAL_H_65_150623_003000.x.wav", "2015-06-23T00:30:00"),
        ("SOCAL34N_sitN_090109_194602.d100.x.wav", "2009-01-09T19:46:02"),
        ("230504_195202.wav", "2023-05-04T19:52:02"), ("POND_230523_195202.wav", "2023-05-23T19:52:02"),
        ("320523_195202.wav", "2032-05-23T19:52:02"),
        // Numbers of files, and milliseconds.
        ("20240501_060000_001.wav", "2024-05-01T06:00:00"), ("20240501_060000_012_UTC.wav", "2024-05-01T06:00:00Z"),
        ("20240501_060000.001.wav", "2024-05-01T06:00:00.001"),
        ("20240501_060000_001ms.wav", "2024-05-01T06:00:00.001"),
        ("20240501_060000_001Z.wav", "2024-05-01T06:00:00.001Z"),
        ("PAM_20150801_120000_050.wav", "2015-08-01T12:00:00.05"),
        // Numbers that are no bounds of a clip.
        ("20240501_060000-063000.wav", "2024-05-01T06:00:00"), ("20240501_060000_63-60.wav", "2024-05-01T06:00:00"),
        ("20240501_060000_UTC+05-30.wav", "2024-05-01T06:00:00+05:30"),
        ("20240501_060000_12-34.5678.wav", "2024-05-01T06:00:00"),
        ("20240501_060000_started.wav", "2024-05-01T06:00:00"),
    ])
    func `a start is read from the file names of recorders`(name: String, time: String) {
        #expect(Timestamp(fileName: name)?.description == time)
    }

    @Test(arguments: [
        "birdnet_sample.wav", "20241303_202615.wav", "120240903_202615.wav", "20240903_2026150.wav", "1.2.wav", "",
        // A date without a time, numbers of other kinds, and dates that may begin with the day or the month.
        "20230504.WAV", "58102030.WAV", "DEADBEEF.WAV", "5b07c752.wav", "5B07C752_1.WAV", "230504_0001.wav",
        "04-05-2023_19-52-02.wav", "230504195202.wav", "XC123456.mp3", "231399_195202.wav", "２０２４0903_202615.wav",
        // Zones that are not certain, and clips, which begin elsewhere than the recording that they are named after.
        "20230504_195202_EST.wav", "20230504T195202+2500.wav", "20230504T195202+0260.wav", "20230504_195202_UTC+99.wav",
        "20230504_195202_PM.wav", "20210615_043000_60.000-63.000.wav", "20210615_043000_1_120.000-123.000.wav",
        "20210615_043000__6.0s_9.0s.wav", "0.912_1_20210615_043000_6s_9s.wav",
        "S4A01234_20210615_043000_0.000-60.000.wav", "20240501_060000_60-63.wav", "20240501_060000_60-63_blackbird.wav",
        "20240501_060000 (60-63).wav", "20240501_060000_start_60_end_63.wav", "20240501_060000_Start60-End63.5.wav",
        // The day may come first.
        "310523_235959.wav", "POND_150623_120000.wav", "150623-120000_x.wav", "010523_120000.wav", "120623_120000.wav",
    ])
    func `no start is read from other file names`(name: String) {
        #expect(Timestamp(fileName: name) == nil)
    }

    @Test(arguments: [
        ("Recorded at 20:26:15 03/09/2024 (UTC+1) by AudioMoth 24E1", "2024-09-03T20:26:15+01:00"),
        ("Recorded at 20:26:15 03/09/2024 (UTC-3:30) during deployment 12 by", "2024-09-03T20:26:15-03:30"),
        ("Recorded at 20:26:15.250 03/09/2024 (UTC) by AudioMoth", "2024-09-03T20:26:15.25Z"),
        ("Recorded at 20:26:15 03/09/2024 by AudioMoth", "2024-09-03T20:26:15Z"),
    ])
    func `a start is read from the comments of AudioMoth`(comment: String, time: String) {
        #expect(Timestamp(audioMothComment: comment)?.description == time)
    }

    @Test(arguments: [
        ("2024-05-31T22:39:11+02:00", "2024-05-31T22:39:11+02:00"),
        ("2024-05-31 22:39:11 +02:00", "2024-05-31T22:39:11+02:00"),
        ("2024/05/31 22:39:11", "2024-05-31T22:39:11"),
        ("2024-05-31T22:39:11+2", "2024-05-31T22:39:11+02:00"),
        ("2024-05-31T22:39:11-0330", "2024-05-31T22:39:11-03:30"),
        ("2024-05-31T22:39:11,250", "2024-05-31T22:39:11.25"),
        ("2024-05-31, 22:39:11", "2024-05-31T22:39:11"),
        ("2024:05:31 22:39:11", "2024-05-31T22:39:11"),
        ("2024- 5- 1 09: 5: 3", "2024-05-01T09:05:03"),
        ("2024_05_31 22-39-11", "2024-05-31T22:39:11"),
        ("2024 05 31 22 39 11", "2024-05-31T22:39:11"), ("2024_05_31 22_39_11", "2024-05-31T22:39:11"),
        ("2024 5 1 6 0 9", "2024-05-01T06:00:09"), ("2024-05-31 22:39 +02:00", "2024-05-31T22:39:00+02:00"),
        ("20240531T223911Z", "2024-05-31T22:39:11Z"),
        ("2024-05-31 22:39:11 UTC", "2024-05-31T22:39:11Z"),
        ("2024-05-31 22:39:11 UTC+10", "2024-05-31T22:39:11+10:00"),
        ("2024-05-31 22:39", "2024-05-31T22:39:00"),
        ("2024-05-31T22:39:11.000000Z", "2024-05-31T22:39:11Z"),
    ])
    func `a start is read from the forms of times that metadata has`(text: String, time: String) {
        #expect(Timestamp(metadata: text)?.description == time)
    }

    @Test(arguments: [
        "", "2024-05-31", "31/05/2024 22:39:11", "05-31-2024 22:39:11", "2024-13-31 22:39:11",
        "2024-05-31 22:39:11 CEST",
        "2024-05-31 22:39:11 +", "2024-05-31 22:39:11 +02:0", "2024-05-31 25:00:00", "2024-0531 22:39:11",
        "0000-00-00 00:00:00",
    ])
    func `no start is read from metadata whose date, time or zone is not understood`(text: String) {
        #expect(Timestamp(metadata: text) == nil)
    }

    @Test func `a start is read from tags, and from the file name before a creation date`() {
        func start(_ tags: [String: String], name: String = "x.flac") -> RecordingStart? {
            StartSearch(metadata: .init(), tags: tags, fileName: name, sampleRate: 48_000).start
        }
        let tagged = start(["RecordingStart": "2019-04-22T20:00:00+1000"])
        #expect(tagged?.origin == .tag)
        #expect(tagged?.time.description == "2019-04-22T20:00:00+10:00")
        #expect(start(["DATE": "2019-04-22 20:00:00"])?.time.description == "2019-04-22T20:00:00")
        #expect(start(["DATE": "2019"]) == nil)
        let created = ["creation_time": "2023-05-04T19:52:02.000000Z"]
        #expect(start(created)?.origin == .creationTime)
        #expect(start(created, name: "20200101_050000.m4a")?.origin == .fileName)
    }

    @Test func `a start is read from iXML and ICRD`() throws {
        func start(_ name: String, _ contents: String) throws -> RecordingStart? {
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", [])
            builder.add(name, Array(contents.utf8))
            let file = WaveBytes(builder.bytes)
            let metadata = try WaveMetadata(of: WaveSource(file), in: file)
            return StartSearch(metadata: metadata, fileName: "x.wav", sampleRate: 48_000).start
        }
        let ixml = try start(
            "iXML",
            "<BWFXML><BEXT><BWF_ORIGINATION_DATE>2021-04-05</BWF_ORIGINATION_DATE>"
                + "<BWF_ORIGINATION_TIME>10:00:07</BWF_ORIGINATION_TIME></BEXT></BWFXML>")
        #expect(ixml?.origin == .ixml)
        #expect(ixml?.time.description == "2021-04-05T10:00:07")
        let created = try start("LIST", "INFOICRD\u{14}\0\0\02021-04-05 10:00:08\0")
        #expect(created?.origin == .creationDate)
        #expect(created?.time.description == "2021-04-05T10:00:08")
    }

    @Test(arguments: ["19700101_000312.WAV", "19800101_000000.wav", "20000101_235959.wav"])
    func `a start by a clock that was never set is reported, and only taken if the clock is trusted`(name: String) {
        let said = Timestamp(iso8601: "2024-01-02T03:04:05")
        let found = StartSearch(metadata: .init(), fileName: name, sampleRate: 1)
        #expect(found.start == nil)
        #expect(found.unsetClock?.origin == .fileName)
        #expect(found.unsetClock?.time == Timestamp(fileName: name))
        var rules = StartRules()
        rules.fallback = said
        let fallen = StartSearch(metadata: .init(), fileName: name, sampleRate: 1, rules: rules)
        #expect(fallen.start == RecordingStart(time: said ?? Timestamp(seconds: 0), origin: .option))
        #expect(fallen.unsetClock?.time == Timestamp(fileName: name))
        rules.trustsClock = true
        let trusted = StartSearch(metadata: .init(), fileName: name, sampleRate: 1, rules: rules)
        #expect(trusted.start?.time == Timestamp(fileName: name))
        #expect(trusted.unsetClock == nil)
    }

    @Test func `a clock was never set if it shows 1970 in its own zone or in UTC`() {
        func search(_ time: String) -> StartSearch {
            StartSearch(metadata: .init(), tags: ["RecordingStart": time], fileName: "x.flac", sampleRate: 1)
        }
        #expect(search("1969-12-31T19:00:12-05:00").start == nil)
        #expect(search("1970-01-01T10:00:00+10:00").start == nil)
        #expect(search("1970-01-02T12:00:00Z").start?.time.description == "1970-01-02T12:00:00Z")
    }

    @Test func `a start that the user overrides is the user's, without a shift`() {
        var rules = StartRules()
        rules.override = Timestamp(iso8601: "2024-01-02T03:04:05Z")
        rules.shiftNanoseconds = 1_000_000_000
        let found = StartSearch(metadata: .init(), fileName: "20240903_202615.WAV", sampleRate: 1, rules: rules)
        #expect(found.start?.time.description == "2024-01-02T03:04:05Z")
        #expect(found.start?.origin == .option)
        #expect(!found.isShifted)
    }

    @Test func `a start is shifted, whatever says it, before it is read in a zone`() throws {
        func start(_ name: String, _ shift: Int64, _ zone: String? = nil) throws -> StartSearch {
            var rules = StartRules()
            rules.shiftNanoseconds = shift
            rules.zone = try zone.map { try ClockZone($0) }
            return StartSearch(metadata: .init(), fileName: name, sampleRate: 1, rules: rules)
        }
        let shifted = try start("20240903_202615.WAV", -3_600_000_000_000)
        #expect(shifted.start?.time.description == "2024-09-03T19:26:15")
        #expect(shifted.start?.origin == .fileName)
        #expect(shifted.isShifted)
        let zoned = try start("20240903_202615+0200.WAV", -1_750_000_000, "+10")
        #expect(zoned.start?.time.description == "2024-09-03T20:26:13.25+02:00")
        // 02:30 is skipped in Berlin, and 01:30 is not.
        let early = try start("20240331_023000.WAV", -3_600_000_000_000, "Europe/Berlin")
        #expect(early.start?.time.description == "2024-03-31T01:30:00+01:00")
        #expect(early.doubt == nil)
        #expect(try start("20240331_023000.WAV", 0, "Europe/Berlin").doubt == .skipped)
    }

    @Test func `a start in GUANO ranks above the file name, and gets a missing offset`() throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [])
        builder.add("guan", Array("GUANO|Version: 1.0\nTimestamp: 2024-05-31T22:39:11\n".utf8))
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        var rules = StartRules()
        rules.zone = try ClockZone("+02:00")
        let start = StartSearch(
            metadata: metadata, fileName: "20200101_000000.wav", sampleRate: 48_000, rules: rules
        ).start
        #expect(start?.origin == .guano)
        #expect(start?.time.description == "2024-05-31T22:39:11+02:00")
    }

    @Test func `a start is read from bext, to the sample if the time reference agrees`() throws {
        func field(_ text: String, _ count: Int) -> [UInt8] {
            Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
        }
        var builder = WaveBuilder()
        let reference: UInt64 = 48_000 * 36_000 + 24_000
        builder.add(
            "bext",
            field("Dawn", 256) + field("SM4", 32) + field("", 32) + field("2021_04_05", 10) + field("10-00-00", 8)
                + WaveBuilder.littleEndian(reference) + field("", 2 + 64 + 190) + field("A=PCM\r\n", 8))
        builder.addFormat()
        builder.add("data", [])
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        #expect(metadata.broadcast?.summary == "Dawn")
        #expect(metadata.broadcast?.codingHistory == "A=PCM")
        let start = StartSearch(metadata: metadata, fileName: "x.wav", sampleRate: 48_000).start
        #expect(start?.time.description == "2021-04-05T10:00:00.5")
        #expect(start?.origin == .broadcast)
    }

    @Test func `a start is read from wamd`() throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", [])
        let time = Array("2014-04-02 22:59:14-05:00".utf8)
        builder.add(
            "wamd",
            [0, 0, 2, 0, 0, 0, 1, 0] + [5, 0] + WaveBuilder.littleEndian(UInt32(time.count)) + time + [5, 0, 255, 255])
        let file = WaveBytes(builder.bytes)
        let metadata = try WaveMetadata(of: WaveSource(file), in: file)
        let start = StartSearch(metadata: metadata, fileName: "x.wav", sampleRate: 48_000).start
        #expect(start?.time.description == "2014-04-02T22:59:14-05:00")
        #expect(start?.origin == .wamd)
    }

    @Test func `a start is the user's if there is no other, and else unknown`() {
        let said = Timestamp(iso8601: "2024-01-02T03:04:05")
        var rules = StartRules()
        rules.fallback = said
        let start = StartSearch(metadata: .init(), fileName: "x.wav", sampleRate: 1, rules: rules).start
        #expect(start?.origin == .option)
        #expect(start?.time == said)
        #expect(StartSearch(metadata: .init(), fileName: "x.wav", sampleRate: 1).start == nil)
    }
}
