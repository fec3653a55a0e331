import Foundation
import TestSupport
import Testing

@testable import Commands

/// Two sites with files of one name: `north`, whose two recordings of 3 s follow each other, and `south`.
private struct TwoSites {
    let store: SmallStore

    static func with(_ body: (TwoSites) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "a.zarr"))
            for (path, fixture, time) in [
                ("north/0", "fixed.flac", "060000"), ("north/1", "fixed.flac", "060003"),
                ("south/0", "celt.opus", "060000"),
            ] {
                if path.hasSuffix("0") {
                    try store.addGroup(String(path.prefix(5)), attributes: TestStore.audioGroup)
                }
                let clock = "06:00:0\(time.suffix(1))"
                try store.addRecording(
                    path, codec: fixture.hasSuffix("flac") ? "flac" : "opus", blob: SmallStore.fixture(fixture),
                    fileName: "20240501_\(time).WAV", attributes: ["first_sample_time_stamp": "2024-05-01T\(clock)Z"])
            }
            try body(
                TwoSites(store: SmallStore(path: directory.appending(path: "a.zarr").path, directory: directory)))
        }
    }

    /// Extracts with `table` as a file called `name`, to the folder `clips`.
    func extract(_ table: String, name: String = "t.txt", _ arguments: String...) throws -> Zarrwlr {
        try Data(table.utf8).write(to: URL(filePath: store.file(name)))
        return Zarrwlr.run(
            ["extract", store.path] + arguments + ["--table", store.file(name), "-o", store.file("clips")])
    }

    /// The paths of all clips.
    var clips: [String] {
        let all = FileManager.default.enumerator(atPath: store.file("clips"))?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".wav") }.sorted()
    }

    /// The clip called `name`.
    func clip(_ name: String) throws -> [UInt8] { try store.bytes(store.file("clips/\(name)")) }

    /// The samples of `recording` from one sample to another, without a header.
    func samples(_ recording: String, _ from: Int, _ to: Int) -> [UInt8] {
        let run = Zarrwlr.run(
            "extract", store.path, recording, "--from", "\(from)smp", "--to", "\(to)smp", "-o", "-")
        return Array(run.output.waveSamples)
    }
}

@Suite struct `Clips of a table` {
    private static let titles = "Begin Time (s)\tEnd Time (s)\tBegin Path\n"

    // MARK: - Matching

    @Test func `each row is cut from the recording whose folders it shares, and clips of one name are both kept`()
        throws
    {
        try TwoSites.with { sites throws in
            let table =
                Self.titles + "0.5\t1\t/card/north/20240501_060000.WAV\n0.5\t1\tC:\\card\\south\\20240501_060000.WAV\n"
            let run = try sites.extract(table)
            #expect(run.status == 0)
            #expect(sites.clips == ["20240501_060000_1_0.500-1.000.wav", "20240501_060000_1_0.500-1.000~1.wav"])
            #expect(try sites.clip(sites.clips[0]).waveSamples.elementsEqual(sites.samples("north/0", 8000, 16_000)))
            let south = Zarrwlr.run("extract", sites.store.path, "south/0", "--from", "0.5", "--to", "1", "-o", "-")
            #expect(try sites.clip(sites.clips[1]) == south.output)
        }
    }

    @Test func `clips of two recordings of one name that are cut one after the other do not replace each other`() throws
    {
        try TwoSites.with { sites throws in
            for site in ["north", "south"] {
                #expect(try sites.extract("0.5\t1\ta\n", "\(site)/0").status == 0)
            }
            #expect(sites.clips.count == 2)
            #expect(try sites.clip(sites.clips[0]).waveSamples.elementsEqual(sites.samples("north/0", 8000, 16_000)))
            let again = try sites.extract("0.5\t1\ta\n", "south/0")
            #expect(
                again.status == 0 && again.errors.contains("0 files written")
                    && again.errors.contains(", 1 was there already"))
            #expect(sites.clips.count == 2)
        }
    }

    @Test func `a row that could be about two recordings is refused, unless one of them is named`() throws {
        try TwoSites.with { sites throws in
            let table = "Begin Time (s)\tEnd Time (s)\tBegin File\n0.5\t1\t20240501_060000.WAV\n"
            let run = try sites.extract(table)
            #expect(run.status == 2)
            #expect(run.errors.contains("could be north/20240501_060000.WAV, south/20240501_060000.WAV"))
            #expect(sites.clips.isEmpty)
            #expect(try sites.extract(table, "south/0").status == 0)
            #expect(sites.clips == ["20240501_060000_1_0.500-1.000.wav"])
        }
    }

    @Test func `a named recording leaves rows whose folders another recording fits better`() throws {
        try TwoSites.with { sites throws in
            let table =
                Self.titles + "0.5\t1\t/card/north/20240501_060000.WAV\n1.5\t2\t/card/south/20240501_060000.WAV\n"
            let run = try sites.extract(table, "south/20240501_060000.WAV")
            #expect(run.status == 0)
            #expect(run.errors.contains("1 file written") && run.errors.contains("1 row is about other recordings"))
            #expect(sites.clips == ["20240501_060000_1_1.500-2.000.wav"])
        }
    }

    @Test func `of two files that a table names, only the one whose folders fit is cut`() throws {
        try SmallStore.with { store in
            let table =
                "Begin Time (s)\tEnd Time (s)\tBegin Path\n0.1\t0.2\t/a/%/night.wav\n0.3\t0.4\t/a/lake/night.wav\n"
            let sites = TwoSites(store: store)
            let run = try sites.extract(table.replacing("%", with: "pond"), "pond/0")
            #expect(run.status == 0)
            #expect(sites.clips == ["night_1_0.100-0.200.wav"])
            let unclear = try sites.extract(table.replacing("%", with: "river"), "pond/0")
            #expect(unclear.status == 2 && unclear.errors.contains("both could be pond/night.wav"))
        }
    }

    @Test func `a row whose folders contradict those of the recording or its source is about another recording`() throws
    {
        try TwoSites.with { sites throws in
            let table = Self.titles + "0.5\t1\t/d/west/20240501_060003.WAV\n"
            let run = try sites.extract(table)
            #expect(run.status == 2 && run.errors.contains("it names d/west/20240501_060003.WAV"))
            #expect(sites.clips.isEmpty)
            // Named, it is what the user says.
            #expect(try sites.extract(table, "north/1").status == 0)
            #expect(sites.clips == ["20240501_060003_1_0.500-1.000.wav"])
        }
    }

    @Test func `in a store without folders, rows find recordings by the folders of their sources`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.zarr")
            let store = try TestStore(at: path)
            for (index, site) in ["siteA", "siteB"].enumerated() {
                try store.addRecording(
                    "\(index)", codec: "flac", blob: SmallStore.fixture("fixed.flac"), fileName: "x.wav",
                    groupAttributes: ["source_metadata": ["path": "\(site)/x.wav"]])
            }
            let sites = TwoSites(store: SmallStore(path: path.path, directory: directory))
            let name = "{number}_{start}"
            #expect(try sites.extract(Self.titles + "1\t2\t/d/siteB/x.wav\n", "--name", name).status == 0)
            #expect(sites.clips == ["1_1.000.wav"])
            #expect(try sites.extract(Self.titles + "1\t2\tC:\\siteA\\x.wav\n", "--name", name).status == 0)
            #expect(sites.clips == ["0_1.000.wav", "1_1.000.wav"])
            #expect(try sites.extract(Self.titles + "1\t2\t/d/siteC/x.wav\n").status == 2)
            #expect(try sites.extract(Self.titles + "1\t2\tx.wav\n").errors.contains("could be"))
        }
    }

    @Test func `rows about no recording of the store are named, and the rest is cut`() throws {
        try TwoSites.with { sites throws in
            let run = try sites.extract(Self.titles + "0.5\t1\tx/north/20240501_060003.WAV\n0.5\t1\tx/other.wav\n")
            #expect(run.status == 1)
            #expect(run.errors.contains("1 row is about no recording of the store: x/other.wav"))
            #expect(sites.clips == ["20240501_060003_1_0.500-1.000.wav"])
            #expect(try sites.extract(Self.titles + "0.5\t1\tx/other.wav\n").status == 2)
        }
    }

    @Test func `a table that names no file is about the recording that its own name begins with`() throws {
        try TwoSites.with { sites throws in
            #expect(try sites.extract("0.5\t1\ta\n", name: "20240501_060003.Table.1.selections.txt").status == 0)
            #expect(sites.clips == ["20240501_060003_1_0.500-1.000.wav"])
            #expect(try sites.extract("0.5\t1\ta\n", name: "20240501_060000.txt").status == 2)
            for folder in ["north", "south"] {
                try FileManager.default.createDirectory(
                    atPath: sites.store.file(folder), withIntermediateDirectories: true)
                let name = "\(folder)/20240501_060000.BirdNET.results.csv"
                let table =
                    "Start (s),End (s),Scientific name,Common name,Confidence\n0,1.5,Parus major,Great tit,0.9\n"
                #expect(try sites.extract(table, name: name, "--name", "{folder}/{species}").status == 0)
                #expect(sites.clips.contains("\(folder)/Great tit.wav"))
            }
            let run = try sites.extract("0.5\t1\ta\n", name: "other.txt")
            #expect(run.status == 2 && run.errors.contains("does not say which recording"))
        }
    }

    @Test func `a point in time belongs to the recording that was being made`() throws {
        try TwoSites.with { sites throws in
            let table = "UID,UTC,Duration\n1,2024-05-01 06:00:04.5,0.25\n"
            #expect(try sites.extract(table, "north/1").status == 0)
            #expect(sites.clips == ["20240501_060003_1_1.500-1.750.wav"])
            #expect(try sites.extract(table, "north/0").status == 2)
            // The recording of the other site was running, too.
            #expect(try sites.extract(table).errors.contains("could be"))
        }
    }

    // MARK: - Ends

    @Test func `a selection of Raven that runs into the next file goes on there`() throws {
        try TwoSites.with { sites throws in
            let table = """
                Begin Time (s)\tEnd Time (s)\tBegin Path\tFile Offset (s)
                2.5\t3.75\t/card/north/20240501_060000.WAV\t2.5
                """
            let run = try sites.extract(table)
            #expect(run.status == 0 && run.errors.hasPrefix("zarrwlr extract: 1 file written"))
            let clip = try sites.clip("20240501_060000_1_2.500-3.750.wav")
            let expected = sites.samples("north/0", 40_000, 48_000) + sites.samples("north/1", 0, 12_000)
            #expect(Array(clip.waveSamples) == expected)
        }
    }

    @Test func `--context goes on in the next file, also if the table says that the selection ends in its own`() throws
    {
        try TwoSites.with { sites throws in
            let table = """
                Begin Time (s)\tEnd Time (s)\tBegin Path\tEnd Path\tFile Offset (s)
                2.5\t2.75\t/card/north/20240501_060000.WAV\t/card/north/20240501_060000.WAV\t2.5
                """
            let run = try sites.extract(table, "--context", "0.5")
            #expect(run.status == 0 && run.errors.hasPrefix("zarrwlr extract: 1 file written"))
            let clip = try sites.clip("20240501_060000_1_2.000-3.250.wav")
            let expected = sites.samples("north/0", 32_000, 48_000) + sites.samples("north/1", 0, 4_000)
            #expect(Array(clip.waveSamples) == expected)
        }
    }

    @Test(arguments: [
        ("06:00:03", true), ("06:00:04", true), ("06:00:02", true), ("06:00:05", false), ("07:00:00", false),
    ])
    func `a selection goes on only in a recording that begins within a second of the end`(start: String, goesOn: Bool)
        throws
    {
        try Self.withFiles(["a.wav": "06:00:00", "b.wav": start]) { sites throws in
            let run = try sites.extract(
                "Begin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\n2.5\t3.75\ta.wav\t2.5\n")
            #expect(run.status == 0)
            #expect(sites.clips == ["a_1_2.500-\(goesOn ? "3.750" : "3.000").wav"])
            #expect(run.errors.contains("cut short by 0.750 s") == !goesOn)
            #expect(run.errors.contains("begins 1.000 s after the end") == (start == "06:00:04"))
            #expect(run.errors.contains("begins 1.000 s before the end") == (start == "06:00:02"))
        }
    }

    @Test func `a selection does not go on in a recording of unknown start, unless the table says that it ends there`()
        throws
    {
        try Self.withFiles(["Rec_1.wav": nil, "Rec_10.wav": nil]) { sites throws in
            let titles = "Begin Time (s)\tEnd Time (s)\tBegin File\tEnd File\tFile Offset (s)\n"
            let run = try sites.extract(titles + "2.5\t3.75\tRec_1.wav\t\t2.5\n")
            #expect(run.status == 0 && run.errors.contains("cut short by 0.750 s at the recording's end"))
            #expect(sites.clips == ["Rec_1_1_2.500-3.000.wav"])
            #expect(try sites.extract(titles + "2.5\t3.75\tRec_1.wav\tRec_10.wav\t2.5\n").status == 0)
            #expect(sites.clips == ["Rec_1_1_2.500-3.000.wav", "Rec_1_1_2.500-3.750.wav"])
        }
    }

    @Test func `without a file offset, times count from the first of the files that the table names`() throws {
        try Self.withFiles(["b1.wav": nil, "b2.wav": nil]) { sites throws in
            let titles = "Begin Time (s)\tEnd Time (s)\tBegin File\n"
            #expect(try sites.extract(titles + "4.5\t5\tb2.wav\n0.5\t1\tb1.wav\n").status == 0)
            #expect(sites.clips == ["b1_1_0.500-1.000.wav", "b2_1_1.500-2.000.wav"])
            #expect(try sites.clip(sites.clips[1]).waveSamples.elementsEqual(sites.samples("1", 24_000, 32_000)))
            // Those of one file that is named as well.
            let named = try sites.extract(titles + "4\t5\tb2.wav\n0.5\t1\tb1.wav\n", "1")
            #expect(named.status == 0 && sites.clips.contains("b2_1_1.000-2.000.wav"))
            // Each file's own times: the second cannot begin before the first ends.
            #expect(try sites.extract(titles + "0\t1\tb1.wav\n2\t3\tb2.wav\n", "--name", "own/{recording}").status == 0)
            #expect(try sites.clip("own/b2.wav").waveSamples.elementsEqual(sites.samples("1", 32_000, 48_000)))
        }
    }

    @Test func `times over several files are refused if the files between them are not known`() throws {
        try Self.withFiles(["b1.wav": nil, "b2.wav": nil, "b3.wav": nil]) { sites throws in
            let titles = "Begin Time (s)\tEnd Time (s)\tBegin File\n"
            for table in ["0.5\t1\tb1.wav\n4\t5\tb3.wav\n", "0.5\t1\tb0.wav\n4\t5\tb3.wav\n"] {
                let run = try sites.extract(titles + table)
                #expect(run.status == 2)
                #expect(
                    run.errors.contains("where 'b3.wav' begins among them is not known: add Raven's column File Offset")
                )
                #expect(sites.clips.isEmpty)
            }
        }
    }

    /// Recordings of 3 s in one group, with these names, and starts if they are known, in the order of their names.
    private static func withFiles(_ files: [String: String?], _ body: (TwoSites) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let path = directory.appending(path: "a.zarr")
            let store = try TestStore(at: path)
            for (index, file) in files.sorted(by: { $0.key < $1.key }).enumerated() {
                try store.addRecording(
                    "\(index)", codec: "flac", blob: SmallStore.fixture("fixed.flac"), fileName: file.key,
                    attributes: file.value.map { ["first_sample_time_stamp": "2024-05-01T\($0)Z"] } ?? [:])
            }
            try body(TwoSites(store: SmallStore(path: path.path, directory: directory)))
        }
    }

    @Test func `a window past the end is cut short with a note, or filled up with silence`() throws {
        try TwoSites.with { sites throws in
            let table = """
                Selection\tBegin Time (s)\tEnd Time (s)\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)
                1\t2\t5\teurbla\t0.9\t/card/north/20240501_060000.WAV\t2
                """
            let run = try sites.extract(table)
            #expect(run.status == 0)
            #expect(run.errors.contains("row 1 of \(sites.store.file("t.txt")): cut short by 2.000 s"))
            #expect(
                try sites.clip("20240501_060000_1_2.000-3.000.wav").waveSamples
                    .elementsEqual(sites.samples("north/0", 32_000, 48_000)))
            #expect(try sites.extract(table, "--pad").status == 0)
            let padded = try sites.clip("20240501_060000_1_2.000-5.000.wav").waveSamples
            #expect(padded.count == 96_000 && padded.dropFirst(32_000).allSatisfy { $0 == 0 })
            let outside = try sites.extract("3.5\t4\ta\n", "north/0")
            #expect(outside.status == 2 && outside.errors.contains("row 1 of"))
        }
    }

    @Test func `a row without a length is skipped by name and ends with 1, unless an option gives it one`() throws {
        try TwoSites.with { sites throws in
            let table = "1\t1\ta\n0.5\t1\tb\n3\t3\tc\n"
            let file = sites.store.file("t.txt")
            let run = try sites.extract(table, "north/0")
            #expect(run.status == 1)
            for row in [1, 3] {
                #expect(
                    run.errors.contains(
                        "row \(row) of \(file): skipped: it has no length; --context or --length gives it one\n"))
            }
            #expect(run.errors.contains("1 file written to \(sites.store.file("clips")), 2 rows were skipped\n"))
            #expect(sites.clips == ["20240501_060000_2_0.500-1.000.wav"])
            let widened = try sites.extract(table, "north/0", "--context", "0.25")
            #expect(widened.status == 0)
            #expect(try sites.clip("20240501_060000_1_0.750-1.250.wav").waveSamples.count == 16_000)
            // The last begins where the recording ends.
            let long = try sites.extract(table, "north/0", "--length", "0.25")
            #expect(long.status == 1)
            #expect(
                long.errors.contains(
                    "row 3 of \(file): skipped: nothing of it is in north/20240501_060000.WAV; --pad fills up with silence\n"
                ))
        }
    }

    @Test(arguments: ["2\t1\ta\n", "nan\t1\ta\n", "1\tNaN\ta\n"])
    func `a table with a negative length or with no number for a time is refused by its line`(table: String) throws {
        try TwoSites.with { sites throws in
            let run = try sites.extract("0.5\t1\tb\n" + table, "north/0")
            #expect(run.status == 2 && run.errors.contains("line 2"), "\(run.errors)")
            #expect(sites.clips.isEmpty)
        }
    }

    @Test func `a table without rows makes no clips and is no error`() throws {
        try TwoSites.with { sites throws in
            for table in ["", "Start (s),End (s),Scientific name,Common name,Confidence,File\n"] {
                let run = try sites.extract(table)
                #expect(run.status == 0)
                #expect(run.errors == "zarrwlr extract: 0 files written to \(sites.store.file("clips"))\n")
            }
        }
    }

    // MARK: - Options

    @Test func `--context adds to both sides, and what would lie outside is left out with a note`() throws {
        try TwoSites.with { sites throws in
            let run = try sites.extract("1\t1.5\ta\n0.25\t0.5\tb\n", "north/0", "--context", "0.5")
            #expect(run.status == 0 && run.errors.contains("cut short by 0.250 s at the recording's start"))
            #expect(sites.clips == ["20240501_060000_1_0.500-2.000.wav", "20240501_060000_2_0.000-1.000.wav"])
        }
    }

    @Test(arguments: [([], "0.500-2.000"), (["--centre"], "0.000-1.500"), (["--center"], "0.000-1.500")])
    func `--length makes all clips as long, from the start or around the middle`(more: [String], times: String) throws {
        try TwoSites.with { sites throws in
            try Data("0.5\t1\ta\n".utf8).write(to: URL(filePath: sites.store.file("t.txt")))
            let run = Zarrwlr.run(
                [
                    "extract", sites.store.path, "north/0", "--table", sites.store.file("t.txt"), "-o",
                    sites.store.file("clips"), "--length", "1.5",
                ] + more)
            #expect(run.status == 0)
            #expect(sites.clips == ["20240501_060000_1_\(times).wav"])
            #expect(try sites.clip(sites.clips[0]).waveSamples.count == 48_000)
        }
    }

    @Test func `--name has fields of the table and of the recording, safe for any file system`() throws {
        try TwoSites.with { sites throws in
            let table = """
                Begin Time (s)\tEnd Time (s)\tCommon Name\tNote
                0.5\t1\tGreat/tit: male?\t
                0.5\t1\tGreat/tit: male?\t
                1\t2\t..\tx
                """
            let name = "{species}/{recording}_{start}_{folder}_{note}"
            #expect(try sites.extract(table, "north/0", "--name", name).status == 0)
            let clips = [
                "Great_tit_ male_/20240501_060000_0.500_north_unknown.wav",
                "Great_tit_ male_/20240501_060000_0.500_north_unknown~1.wav", "__/20240501_060000_1.000_north_x.wav",
            ]
            #expect(sites.clips == clips)
            let run = try sites.extract(table, "north/0", "--name", "{genus}")
            #expect(run.status == 2 && run.errors.contains("there is no field 'genus'"))
            #expect(run.errors.contains("common_name"))
        }
    }

    @Test func `a run that was stopped is resumed, and a file that is something else stays`() throws {
        try TwoSites.with { sites throws in
            let table = "0.5\t1\ta\n1\t2\tb\n"
            #expect(try sites.extract(table, "north/0").status == 0)
            let first = sites.store.file("clips/20240501_060000_1_0.500-1.000.wav")
            try FileManager.default.removeItem(atPath: first)
            let second = sites.store.file("clips/20240501_060000_2_1.000-2.000.wav")
            try Data("mine".utf8).write(to: URL(filePath: second))
            let run = try sites.extract(table, "north/0")
            #expect(run.status == 0 && run.errors.contains("2 files written"))
            #expect(try String(contentsOfFile: second, encoding: .utf8) == "mine")
            #expect(sites.clips.count == 3)
            #expect(
                try sites.extract(table, "north/0").errors.contains(
                    "0 files written to \(sites.store.file("clips")), 2"))
        }
    }

    @Test func `options of clips need a table and do not contradict each other`() throws {
        try TwoSites.with { sites throws in
            for arguments in [["--context", "1"], ["--length", "1"], ["--name", "x"]] {
                let run = Zarrwlr.run(
                    ["extract", sites.store.path, "-o", sites.store.file("x.wav")] + arguments)
                #expect(run.status == 2)
            }
            #expect(try sites.extract("0.5\t1\ta\n", "north/0", "--length", "1", "--context", "1").status == 2)
            #expect(try sites.extract("0.5\t1\ta\n", "north/0", "--centre").status == 2)
            #expect(try sites.extract("0.5\t1\ta\n", "north/0", "--context", "-1").status == 2)
        }
    }

    @Test func `a table in UTF-16 is read, with or without a byte order mark`() throws {
        try TwoSites.with { sites throws in
            let text = "Begin Time (s)\tEnd Time (s)\tSpecies\n0.5\t1\tMésange\n"
            for (mark, encoding) in [
                ([UInt8(0xFF), 0xFE], String.Encoding.utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
                ([], .utf16LittleEndian), ([], .utf16BigEndian),
            ] {
                let data = Data(mark) + (try #require(text.data(using: encoding)))
                try data.write(to: URL(filePath: sites.store.file("t.txt")))
                let run = Zarrwlr.run(
                    "extract", sites.store.path, "north/0", "--table", sites.store.file("t.txt"), "-o",
                    sites.store.file("clips"), "--name", "{species}")
                #expect(run.status == 0)
            }
            #expect(sites.clips == ["Mésange.wav"])
        }
    }
}
