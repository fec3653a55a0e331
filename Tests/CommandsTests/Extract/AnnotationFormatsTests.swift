import Support
import Testing

@testable import Commands

@Suite struct `Annotation tables` {
    /// Starts and ends in milliseconds.
    private func times(_ text: String) throws -> [[Int64]] {
        try AnnotationFormats.annotations(in: text).map { annotation in
            guard case .inFile(let start, let end) = annotation.place else { return [] }
            return [try #require(start.sample(rate: 1000)), try #require(end.sample(rate: 1000))]
        }
    }

    private func sources(_ text: String) throws -> [String?] {
        try AnnotationFormats.annotations(in: text).map { $0.source?.path }
    }

    private func fields(_ text: String, _ title: String) throws -> [String?] {
        try AnnotationFormats.annotations(in: text).map { $0.fields.first { $0.title == title }?.value }
    }

    // MARK: - Raven

    @Test(arguments: ["\n", "\r\n"])
    func `a selection table of Raven has a row for each selection, whatever its views`(lineEnd: String) throws {
        let table = """
            Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies
            1\tWaveform 1\t1\t0.500000000\t1.250000000\t0\t1\tGreat tit
            1\tSpectrogram 1\t1\t0.500000000\t1.250000000\t0\t1\tGreat tit
            2\tSpectrogram 1\t1\t2.0\t3\t0\t1\t

            """
        #expect(try times(table.replacing("\n", with: lineEnd)) == [[500, 1250], [2000, 3000]])
    }

    @Test func `rows with a repeated or blank selection number are kept unless they are another view of one`() throws {
        let table = """
            Selection\tView\tBegin Time (s)\tEnd Time (s)
            1\tWaveform 1\t1\t2
            1\tSpectrogram 1\t1\t2
            1\tSpectrogram 1\t5\t6
            \tSpectrogram 1\t1\t2
            \tWaveform 1\t1\t2
            1\tSpectrogram 1\t1\t2
            1\tWaveform 1\t1\t2
            """
        #expect(
            try times(table) == [[1000, 2000], [5000, 6000], [1000, 2000], [1000, 2000], [1000, 2000]])
        #expect(
            try times("Selection\tBegin Time (s)\tEnd Time (s)\n1\t1\t2\n1\t1\t2\n") == [[1000, 2000], [1000, 2000]])
    }

    @Test func `a selection table of Raven about several files has times in each file`() throws {
        let table = """
            Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)
            1\t1\t2\tb.wav\t1
            2\t101.5\t103\ta.wav\t1.5
            3\t110\t111\tC:\\x\\a.wav\t10
            """
        #expect(try times(table) == [[1000, 2000], [1500, 3000], [10_000, 11_000]])
        #expect(try sources(table) == ["b.wav", "a.wav", "C:/x/a.wav"])
    }

    @Test func `a selection of Raven may have a duration instead of an end, and a path instead of a file`() throws {
        let table = "Begin Time (s)\tDelta Time (s)\tBegin Path\n1.5\t0.25\t/card/north/a.wav\n"
        #expect(try times(table) == [[1500, 1750]])
        #expect(try sources(table) == ["card/north/a.wav"])
    }

    // MARK: - BirdNET

    @Test func `a results table of BirdNET is comma-separated and quoted, with line breaks in quotation marks`() throws
    {
        let table = """
            Start (s),End (s),Scientific name,Common name,Confidence,File
            0.0,3.0,"Parus ""major"", L.",Great tit,0.9,/data/a.wav
            3.0,6.0,"Turdus
            merula",Blackbird,0.8,/data/b.wav
            """
        #expect(try times(table) == [[0, 3000], [3000, 6000]])
        #expect(try sources(table) == ["data/a.wav", "data/b.wav"])
        #expect(try fields(table, "Scientific name") == ["Parus \"major\", L.", "Turdus\nmerula"])
    }

    @Test func `BirdNET's tables for R, Raven and Kaleidoscope name the file and the times`() throws {
        let r = """
            filepath,start,end,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity,min_conf,species_list,model
            /data/site1/rec1.wav,3,1e+01,Turdus merula,Blackbird,0.8123,-1,-1,-1,0.0,1.0,0.1,,V2.4
            """
        let raven = """
            Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)
            1\tSpectrogram 1\t1\t63.0\t70.0\t0\t15000\tBlackbird\teurbla\t0.8123\t/data/site1/rec1.wav\t3.0
            """
        let kaleidoscope = """
            INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity
            /data,site1,rec1.wav,3.0,7.0,Turdus merula,Blackbird,0.8123,-1,-1,-1,0.0,1.0
            """
        for table in [r, raven, kaleidoscope] {
            #expect(try times(table) == [[3000, 10_000]])
            #expect(try sources(table) == ["data/site1/rec1.wav"])
        }
        #expect(try AnnotationFormats.annotations(in: raven)[0].fileStart == nil)
    }

    @Test func `titles are recognised as R writes them`() throws {
        let table = "Selection,Begin.Time..s.,End.Time..s.,Begin.File,File.Offset..s.\n1,101.5,103,a.wav,1.5\n"
        #expect(try times(table) == [[1500, 3000]])
        #expect(try sources(table) == ["a.wav"])
        #expect(try times("IN.FILE,OFFSET,DURATION\na.wav,1.5,1\n") == [[1500, 2500]])
    }

    // MARK: - Other programs

    @Test func `Kaleidoscope's cluster table has the folders in columns of their own`() throws {
        let table = """
            INDIR,OUTDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,Fmin,Fmean,Fmax,DATE,TIME,HOUR,TOP1MATCH,TOP1DIST,MANUAL ID
            D:\\bats,D:\\out,night1,S4U0001_20240701_213000.wav,0,1.25,0.5,1,2,3,2024-07-01,21:30:00,21,PIPPIP,0.1,
            """
        #expect(try times(table) == [[1250, 1750]])
        #expect(try sources(table) == ["D:/bats/night1/S4U0001_20240701_213000.wav"])
    }

    @Test func `tables of opensoundscape and of scripts have a file, a start and an end`() throws {
        #expect(try times("file,start_time,end_time,wren,robin\n/a/rec1.wav,0.5,3.5,0.9,0.1\n") == [[500, 3500]])
        #expect(try sources("file,start_time,end_time,wren,robin\n/a/rec1.wav,0.5,3.5,0.9,0.1\n") == ["a/rec1.wav"])
        #expect(try fields("file,start_time,end_time,wren,robin\na.wav,0,3,0.1,0.9\n", "species") == ["robin"])
        let numbered = "Unnamed: 0,file,start_time,end_time,wren,robin\n0,a.wav,0,3,0.1,0.9\n"
        #expect(try fields(numbered, "species") == ["robin"])
        let boxes = "audio_file,annotation_file,annotation,start_time,end_time,low_f,high_f\na.wav,a.txt,wren,1,2,0,9\n"
        #expect(try sources(boxes) == ["a.wav"])
        let semicolons = "File;Start (sec);End (sec);Class\nrec.wav;1,5;2,25;Blue tit\n"
        #expect(try times(semicolons) == [[1500, 2250]])
        #expect(try sources(semicolons) == ["rec.wav"])
    }

    @Test func `PAMGuard's tables have points in time and durations`() throws {
        let table = """
            Id,UID,UTC,UTCMilliseconds,PCLocalTime,PCTime,ChannelBitmap,Duration,f1,f2,Label
            1,7,2021-10-23 12:10:10,563,2021-10-23 12:10:10,2021-10-23 12:10:10,1,0.25,2300,3600,whistle
            2,8,2021/10/23 12:10:11.5,500,,,1,1,2300,3600,whistle
            """
        let places = try AnnotationFormats.annotations(in: table).map { annotation -> String in
            guard case .atTime(let time, let nanoseconds) = annotation.place else { return "" }
            return "\(time) \(nanoseconds)"
        }
        #expect(places == ["2021-10-23T12:10:10.563 250000000", "2021-10-23T12:10:11.5 1000000000"])
        let event =
            "Id,UID,UTC,UTCMilliseconds,EventEnd,nClicks\n1,7,2021-10-23 12:10:10,563,2021-10-23 12:10:12.063,5\n"
        guard case .atTime(_, 1_500_000_000)? = try AnnotationFormats.annotations(in: event).first?.place else {
            Issue.record("an event has no end")
            return
        }
    }

    @Test func `durations of PAMGuard's detectors count samples of the sound that they had`() throws {
        let titles = "Id,UID,UTC,UTCMilliseconds,startSample,startSeconds,duration,lowFreq,highFreq"
        // The second number of a sample has wrapped.
        let rows = [
            "1,7,2021-10-23 12:10:10,563,24000,0.5,12000,0,1",
            "2,8,2021-10-24 12:10:10,0,-2147483648,89478.485,96000,0,1",
            "3,9,2021-10-24 12:10:11,0,,,48000,0,1",
        ]
        func durations(_ table: String) throws -> [Int64] {
            try AnnotationFormats.annotations(in: table).map { annotation in
                guard case .atTime(_, let nanoseconds) = annotation.place else { return -1 }
                return nanoseconds / 1_000_000
            }
        }
        #expect(try durations(titles + "\n" + rows.joined(separator: "\n")) == [250, 2000, 1000])
        #expect(
            try durations(
                "UID,UTC,startSample,startSeconds,duration,DurationSeconds\n1,2021-10-23 12:10:10,24000,0.5,94,0.25\n")
                == [
                    250
                ])
        #expect {
            _ = try durations(titles + "\n" + rows[2])
        } throws: { "\($0)".hasPrefix("line 2 of the table: its duration counts samples, and no row") }
    }

    @Test func `a TextGrid has labelled intervals and points, in its long and in its short form`() throws {
        let long = """
            File type = "ooTextFile"
            Object class = "TextGrid"

            xmin = 0
            xmax = 3
            tiers? <exists>
            size = 2
            item []:
                item [1]:
                    class = "IntervalTier"
                    name = "song 7"
                    xmin = 0
                    xmax = 3
                    intervals: size = 2
                    intervals [1]:
                        xmin = 0
                        xmax = 0.5
                        text = ""
                    intervals [2]:
                        xmin = 0.5
                        xmax = 1.25
                        text = "the ""great"" tit"
                item [2]:
                    class = "TextTier"
                    name = "calls"
                    xmin = 0
                    xmax = 3
                    points: size = 1
                    points [1]:
                        number = 2
                        mark = "x"
            """
        let short = """
            File type = "ooTextFile"
            Object class = "TextGrid"

            0
            3
            <exists>
            2
            "IntervalTier"
            "song 7"
            0
            3
            2
            0
            0.5
            ""
            0.5
            1.25
            "the ""great"" tit"
            "TextTier"
            "calls"
            0
            3
            1
            2
            "x"
            """
        for grid in [long, short] {
            #expect(try times(grid) == [[500, 1250], [2000, 2000]])
            #expect(try fields(grid, "label") == ["the \"great\" tit", "x"])
            #expect(try fields(grid, "tier") == ["song 7", "calls"])
        }
        #expect(throws: CommandError.self) {
            _ = try AnnotationFormats.annotations(in: String(short.dropLast(6)))
        }
    }

    @Test func `ELAN's export is read with titles and without`() throws {
        let titled = """
            Tier\tBegin Time - hh:mm:ss.ms\tBegin Time - ss.msec\tEnd Time - hh:mm:ss.ms\tEnd Time - ss.msec\tDuration - hh:mm:ss.ms\tDuration - ss.msec\tdefault
            birds\t00:00:01.500\t1.5\t00:01:02.000\t62.0\t00:01:00.500\t60.5\twren
            """
        let plain = "birds\t\t00:00:01.500\t1.5\t00:01:02.000\t62.0\t00:01:00.500\t60.5\twren\n"
        let clockOnly = "birds\tme\t00:00:01.500\t00:01:02.000\t00:01:00.500\twren\n"
        let milliseconds = "Begin Time - msec\tEnd Time - msec\tbirds\n1500\t62000\twren\n"
        for table in [titled, plain, clockOnly, milliseconds] { #expect(try times(table) == [[1500, 62_000]]) }
        #expect(try fields(plain, "annotation") == ["wren"])
        #expect(try fields(clockOnly, "tier") == ["birds"])
    }

    @Test func `ELAN's times without titles are milliseconds if they have no point, and may be separated by commas`()
        throws
    {
        #expect(try times("birds\tme\t1500\t62000\t60500\twren\n") == [[1500, 62_000]])
        #expect(try times("birds\tme\t1.5\t62.0\t60.5\twren\n") == [[1500, 62_000]])
        #expect(try times("birds\t1.5\t1500\t62.0\t62000\t60.5\t60500\twren\n") == [[1500, 62_000]])
        #expect(try times("\"birds\",00:00:01.500,00:01:02.000,00:01:00.500,\"a, b\"\n") == [[1500, 62_000]])
        #expect(try times("00:00:01.500\t00:01:02.000\t00:01:00.500\twren\n") == [[1500, 62_000]])
    }

    @Test func `comments of ELAN name the files of the rows below them, and times with an offset are refused`() throws {
        let titles = "Tier\tBegin Time - ss.msec\tEnd Time - ss.msec\tAnnotation\n"
        let row = "birds\t1.5\t2.75\twren\n"
        let media = "\"#file:///C:/my%20card/a.mp4 -- offset: 0\"\n\"#file:///C:/my%20card/a.wav -- offset: 0\"\n\n"
        #expect(try sources(media + titles + row) == ["C:/my card/a.wav"])
        #expect(try times(media + titles + row) == [[1500, 2750]])
        let plain = "birds\tme\t1.5\t2.75\t1.25\twren\n"
        #expect(try sources("\"#a.eaf\"\n" + plain + "\n\"#b.eaf\"\n" + plain + plain) == ["a.eaf", "b.eaf", "b.eaf"])
        #expect {
            _ = try times("\"#file:///a.wav -- offset: 5000\"\n" + titles + row)
        } throws: { "\($0)".hasPrefix("line 1 of the table: the sound has an offset of 5000 ms in ELAN") }
    }

    @Test func `a layer of Sonic Visualiser is read as it is saved, and as it is exported with titles`() throws {
        let layer = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE sonic-visualiser>
            <sv>
              <data>
                <model id="1" name="" sampleRate="44100" start="0" end="99" type="sparse" dimensions="2" dataset="0" />
                <dataset id="0" dimensions="2">
                  <point frame="22050" value="440.5" duration="11025" label="tit &amp; wren" />
                  <point frame="44100" label='x' />
                </dataset>
              </data>
            </sv>
            """
        #expect(try times(layer) == [[500, 750], [1000, 1000]])
        #expect(try fields(layer, "label") == ["tit & wren", "x"])
        #expect(try times("TIME,VALUE,DURATION,LABEL\n0.5,440,0.25,tit\n") == [[500, 750]])
        // Frames are of the recording's own rate: here, of 1000 a second.
        #expect(try times("FRAME,VALUE,DURATION,LABEL\n500,440,250,tit\n") == [[500, 750]])
        #expect(try times("STARTFRAME,ENDFRAME,EXTENT START,EXTENT END,LABEL\n500,750,1,2,tit\n") == [[500, 750]])
    }

    @Test func `a label track of Audacity has no titles, and may have lines of frequencies`() throws {
        #expect(
            try times("0.100000\t0.200000\tbird\n\\\t100.0\t2000.0\n0.3\t0.3\tpoint\n") == [[100, 200], [300, 300]])
        #expect(try times("0,1\t0,25\tbird\n") == [[100, 250]])
        #expect(try times("0.0\t3.0\tTurdus merula_Blackbird\t0.8123\n") == [[0, 3000]])
        #expect(try times("0.1\t0.2\t\n0.3\t0.4\t7\n") == [[100, 200], [300, 400]])
    }

    @Test(arguments: [
        "0.5,0.7,0.25\n", "0.5,440,0.25,tit\n", "0.5\t440.0\t0.25\ttit\n", "0,5;440;0,25\n",
        "0.5\t440.0\t0.25\n0.7\t440.0\t0.25\n", "0.5\t440.0\n",
    ])
    func `numbers without titles that could be a time, a value and a duration are refused`(text: String) throws {
        #expect { _ = try AnnotationFormats.annotations(in: text) } throws: { "\($0)".contains("has no titles") }
    }

    @Test(arguments: ["", "\n", "Start (s),End (s),Scientific name,Common name,Confidence,File\n"])
    func `a table without rows has no annotations`(text: String) throws {
        #expect(try AnnotationFormats.annotations(in: text).isEmpty)
    }

    @Test(arguments: [
        ("Name,Value\n1,2", "the table is none of Praat's, Sonic Visualiser's, BirdNET's, Raven's"),
        ("Begin Time (s)\tEnd Time (s)\n1\tx\n", "line 2 of the table: 'x' is no time"),
        ("Begin Time (s)\tEnd Time (s)\n\n1\n", "line 3 of the table: '' is no time"),
        ("0\t1\tbird\nbird\n", "line 2 of the table: 'bird' is no time"),
        ("Start;End\n1,5;2.5\n", "line 2 of the table: '2.5' has another decimal mark"),
        ("Start (s),End (s)\n\"1,234.5\",2\n", "line 2 of the table: '1,234.5' is no time"),
        ("Start (s),End (s)\n1,\"2\n", "line 2 of the table: a quotation mark is never closed"),
    ])
    func `a table that is not valid is refused with the line`(text: String, reason: String) {
        #expect {
            _ = try AnnotationFormats.annotations(in: text)
        } throws: { error in
            "\(error)".hasPrefix(reason)
        }
    }

    @Test(
        arguments: [
            ("1.5", 1500), ("1,5", 1500), (".5", 500), ("1e+05", 100_000_000), ("2.5E-1", 250), ("-1", -1000),
            ("1:02.5", 62_500), ("1e99", nil), ("1e", nil), ("", nil), ("-", nil), ("nan", nil), ("1.2.3", nil),
        ] as [(String, Int64?)])
    func `a time of a table may have a decimal comma and an exponent`(text: String, milliseconds: Int64?) {
        #expect(TableTime.position(text).flatMap { $0.sample(rate: 1000) } == milliseconds)
    }
}
