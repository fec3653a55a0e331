import Testing

@testable import Commands

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

@Suite struct `A selection table` {
    private static let raven = """
        Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies
        1\tWaveform 1\t1\t0.500000000\t1.250000000\t0\t1\tGreat tit
        1\tSpectrogram 1\t1\t0.500000000\t1.250000000\t0\t1\tGreat tit
        2\tSpectrogram 1\t1\t2.0\t3\t0\t1\t

        """

    private func times(_ text: String, names: Set<String> = ["a.wav"]) throws -> [[Int64]] {
        try SelectionTable(text, names: names).rows.map { row in
            [try #require(row.start.sample(rate: 1000)), try #require(row.end.sample(rate: 1000))]
        }
    }

    @Test(arguments: ["\n", "\r\n"])
    func `a selection table of Raven has a row for each selection, whatever its views`(lineEnd: String) throws {
        #expect(try times(Self.raven.replacing("\n", with: lineEnd)) == [[500, 1250], [2000, 3000]])
    }

    @Test func `a selection table of Raven about several files has times in each file`() throws {
        let table = """
            Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)
            1\t1\t2\tb.wav\t1
            2\t101.5\t103\ta.wav\t1.5
            3\t110\t111\tC:\\x\\a.wav\t10
            """
        #expect(try times(table) == [[1500, 3000], [10_000, 11_000]])
        #expect(try SelectionTable(table, names: ["a.wav"]).otherRowCount == 1)
    }

    @Test func `a label track of Audacity has no titles, and may have lines of frequencies`() throws {
        #expect(
            try times("0.100000\t0.200000\tbird\n\\\t100.0\t2000.0\n0.3\t0.3\tpoint\n") == [[100, 200], [300, 300]])
    }

    @Test func `a results table of BirdNET is comma-separated and quoted`() throws {
        let table = """
            Start (s),End (s),Scientific name,Common name,Confidence,File
            0.0,3.0,"Parus ""major"", L.",Great tit,0.9,/data/a.wav
            3.0,6.0,Turdus merula,Blackbird,0.8,/data/b.wav
            """
        #expect(try times(table) == [[0, 3000]])
    }

    @Test(arguments: [
        ("", "the table is empty"),
        ("Name,Value\n1,2", "the table is none of Raven's"),
        ("Begin Time (s)\tEnd Time (s)\n1\tx\n", "line 2 of the table: 'x' is no time"),
        ("Begin Time (s)\tEnd Time (s)\n\n1\n", "line 3 of the table: '' is no time"),
        ("0\t1\tbird\nbird\n", "line 2 of the table: 'bird' is no time"),
    ])
    func `a selection table that is not valid is refused with the line`(text: String, reason: String) {
        #expect {
            _ = try SelectionTable(text, names: [])
        } throws: { error in
            "\(error)".hasPrefix(reason)
        }
    }
}
