import Foundation
import TestSupport
import Testing

/// What programs that we did not write say of sources, and of the WAV files of recordings that do not have the source's own header.
@Suite(
    .enabled(
        if: MetadataPrograms.arePresent, "needs guano-py and wavinfo in .venv, exiftool, ffmpeg and sox: make deps test"
    ))
struct `Programs that read metadata` {
    @Test(arguments: ["opus", "aac"])
    func `say the same of a recorder's file and of the recording that was encoded from it`(codec: String) throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = try MetadataPrograms.recorderFile(in: folder)
            try expectSameFacts(source, codec: codec, in: folder)
        }
    }

    /// What Song Meters and field mixers write: `wamd`, iXML, UMID and loudness, XMP, an ID3 tag, a sampler's numbers.
    @Test(arguments: ["opus", "aac"])
    func `say the same of a file with chunks of other programs and of the recording that was encoded from it`(
        codec: String
    ) throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = try MetadataPrograms.manyChunksFile(in: folder)
            let facts = try expectSameFacts(source, codec: codec, whole: true, in: folder)
            #expect(facts["exiftool Title"] == "reeds")
            #expect(facts["ixml scene"] == "12a")
            #expect(facts["bext loudness_value"] == "-23.1")
            #expect(facts["guano WA|prefix"] == "S4A01234")
            #expect(facts["chunk wamd"]?.count ?? 0 > 100)
        }
    }

    @Test(arguments: ["opus", "aac"])
    func `say the same of a Broadcast Wave file and of the recording that was encoded from it`(codec: String) throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = folder.appending(path: "bwf.wav").path
            try runChecked(
                [
                    "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "sine=r=48000:d=1", "-write_bext", "1",
                    "-metadata", "description=a dawn, in the reeds", "-metadata", "originator=Zoom F3",
                    "-metadata", "originator_reference=ref-17", "-metadata", "origination_date=2024-05-31",
                    "-metadata", "origination_time=22:39:11", "-metadata", "time_reference=3914448000",
                    "-metadata", "title=reeds", "-metadata", "artist=A. Person", "-metadata", "comment=a \"comment\"",
                    "-metadata", "copyright=CC0", "-metadata", "genre=soundscape", "-metadata", "album=night", source,
                ])
            let facts = try expectSameFacts(source, codec: codec, in: folder)
            #expect(facts["bext originator"] == "Zoom F3")
            #expect(facts["bext time_reference"] == "3914448000")
            #expect(facts["info title"] == "reeds")
        }
    }

    @Test(
        .enabled(if: SharedMaterial.isPresent, SharedMaterial.comment),
        arguments: ["Audiomoth.WAV", "0166_20240531_223911.wav", "20230322_172000_selec2.wav"])
    func `say the same of files of AudioMoth and Batlogger`(name: String) throws {
        try TestFiles.withTemporaryDirectory { folder in
            let directory = try #require(SharedMaterial.directory)
            let source = directory.appending(path: "recordings/\(name)").path
            try expectSameFacts(source, codec: "opus", options: ["--ultrasonic", "relabel"], in: folder)
        }
    }

    /// Tags of FLAC and MP3 come back under the names of INFO lists, as ffprobe calls them.
    @Test(arguments: ["flac", "mp3", "m4a", "ogg"])
    func `find the tags of other kinds of files`(kind: String) throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = folder.appending(path: "tagged.\(kind)").path
            let coder = ["ogg": ["-c:a", "libvorbis"], "m4a": ["-c:a", "aac"]][kind] ?? []
            try runChecked(
                ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "sine=r=48000:d=1"] + coder + [
                    "-metadata", "title=reeds", "-metadata", "artist=A. Person", "-metadata", "comment=a note",
                    "-metadata", "album=night", "-metadata", "date=2024-05-31T04:05:06+02:00", source,
                ])
            let facts = try facts(of: source, importing: [], in: folder)
            #expect(facts["ffprobe title"] == "reeds")
            #expect(facts["ffprobe artist"] == "A. Person")
            #expect(facts["ffprobe comment"] == "a note")
            #expect(facts["ffprobe album"] == "night")
            #expect(facts["guano Timestamp"] == "2024-05-31 04:05:06+02:00")
            #expect(facts["bext originator_time"] == "04:05:06")
            #expect(facts["bext time_reference"] == "705888000")
        }
    }

    @Test func `find marks in a clip where they are in it`() throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = try MetadataPrograms.recorderFile(in: folder)
            let store = folder.appending(path: "a.zarr").path
            #expect(Zarrwlr.run("import", store, source, "--codec", "opus", "--set", "Site=reed bed").status == 0)
            let clip = folder.appending(path: "clip.wav").path
            #expect(Zarrwlr.run("extract", store, "0", "--from", "0.5", "--to", "1.5", "-o", clip).status == 0)
            let facts = try MetadataPrograms.facts(of: clip)
            #expect(facts["cues"] == #"[[24000, "song", "a note", 4800]]"#)
            #expect(facts["guano Timestamp"] == "2024-05-31 22:39:11.750000+02:00")
            #expect(facts["guano Length"] == "1.0")
            #expect(facts["guano User|Site"] == "reed bed")
            #expect(facts["soxi duration"] == "1.")
            #expect(
                facts["bext time_reference"] == "3914484000")
        }
    }

    @Test func `find no place if it is not to be shown, and a place if it is`() throws {
        try TestFiles.withTemporaryDirectory { folder in
            let source = try MetadataPrograms.recorderFile(in: folder)
            let store = folder.appending(path: "a.zarr").path
            #expect(Zarrwlr.run("import", store, source).status == 0)
            let file = folder.appending(path: "out.wav").path
            // With FLAC, the file is the source as long as places are shown.
            #expect(Zarrwlr.run("extract", store, "0", "-o", file).status == 0)
            let original = try Data(contentsOf: URL(filePath: source))
            #expect(try Data(contentsOf: URL(filePath: file)) == original)
            for list in ["nolocation", "all:nolocation", "guano:nolocation", "none:nolocation"] {
                #expect(Zarrwlr.run("extract", store, "0", "--metadata", list, "-o", file).status == 0)
                let bytes = try Data(contentsOf: URL(filePath: file))
                #expect(bytes.firstRange(of: Data("49.09".utf8)) == nil)
                #expect(bytes.firstRange(of: Data("GUANO".utf8)) != nil || list.hasPrefix("none"))
                // The sound is the same.
                let sound = try [source, file].map { try run("sox", $0, "-t", "raw", "-").output }
                let isSame = sound[0] == sound[1] && !sound[0].isEmpty
                #expect(isSame)
            }
        }
    }

    // MARK: - Helpers

    /// What only says how a file is made, and times of a file itself.
    private static let incidental: Set = [
        "exiftool SourceFile", "exiftool Encoding", "exiftool BWFVersion", "exiftool CodingHistory", "bext version",
        "bext coding_history", "ffprobe coding_history", "guano Length", "exiftool AvgBytesPerSec",
        "exiftool BitsPerSample",
        "bext loudness_value", "bext loudness_range", "bext max_true_peak", "bext max_momentary_loudness",
        "bext max_shortterm_loudness", "exiftool BWF_UMID", "bext umid",
    ]

    /// The same, of a file that has a UMID and loudness.
    private static let alwaysIncidental: Set = [
        "exiftool SourceFile", "exiftool Encoding", "exiftool CodingHistory", "bext coding_history",
        "ffprobe coding_history", "guano Length", "exiftool AvgBytesPerSec", "exiftool BitsPerSample",
    ]

    /// Expects that all that is said of `source` is said of the recording of it, too. Returns what is said of the recording.
    @discardableResult
    private func expectSameFacts(
        _ source: String, codec: String, options: [String] = [], whole: Bool = false, in folder: URL
    ) throws -> [String: String] {
        let before = try MetadataPrograms.facts(of: source)
        let after = try facts(of: source, importing: ["--codec", codec] + options, in: folder)
        #expect(before.count > 8)
        let incidental = whole ? Self.alwaysIncidental : Self.incidental
        // A field that the source leaves empty may say something here.
        for (name, value) in before where !incidental.contains(name) && !value.isEmpty {
            #expect(after[name] == value, "\(name)")
        }
        let lengths = [before, after].map { $0["guano Length"].flatMap { Double($0) } }
        if let length = lengths[0] { #expect(abs(length - (lengths[1] ?? 0)) < 0.01) }
        return after
    }

    /// What is said of the recording that `source` becomes.
    private func facts(of source: String, importing options: [String], in folder: URL) throws -> [String: String] {
        let store = folder.appending(path: "facts.zarr").path
        let imported = Zarrwlr.run(["import", store, source] + options)
        #expect(imported.status == 0, "\(imported.errors)")
        let file = folder.appending(path: "facts.wav").path
        #expect(Zarrwlr.run("extract", store, "0", "-o", file).status == 0)
        return try MetadataPrograms.facts(of: file)
    }
}

/// The programs that read metadata, and files for them.
enum MetadataPrograms {
    /// Whether all are there.
    static let arePresent: Bool = {
        guard let python = ZarrPython.interpreter, ["exiftool", "ffmpeg", "sox"].allSatisfy(isInstalled) else {
            return false
        }
        return (try? run(python, "-c", "import guano, wavinfo").status) == 0
    }()

    /// What all programs say of the WAV file at `path`.
    static func facts(of path: String) throws -> [String: String] {
        let script = TestFiles.fixtures.appending(path: "scripts/read_metadata.py").path
        let output = try runChecked([ZarrPython.interpreter ?? "python3", script, path]).output
        return try JSONDecoder().decode([String: String].self, from: output)
    }

    /// A file of two seconds as recorders write it: GUANO by guano-py, two marks, a comment.
    static func recorderFile(in folder: URL) throws -> String {
        let path = folder.appending(path: "S4A01234_20240531_223911.wav").path
        try runChecked(["sox", "-R", "-n", "-r", "48000", "-b", "16", "-c", "1", path, "synth", "2", "pinknoise"])
        let fields = #"""
            {"GUANO|Version": "1.0", "Timestamp": "2024-05-31T22:39:11.250+02:00", "Samplerate": "48000", "Length": "2.0",
            "Make": "Wildlife Acoustics", "Model": "SM4", "Serial": "S4A01234", "Loc Position": "49.0912 5.0534",
            "Loc Elevation": "212.5", "Temperature Int": "17.25", "Temperature Ext": "14.5", "Humidity": "81.5",
            "Note": "a note: with\\nlines", "WA|Song Meter|Prefix": "S4A01234", "User|Vögel": "Rohrsänger", "TE": "1"}
            """#
        let script = TestFiles.fixtures.appending(path: "scripts/write_guano.py").path
        try runChecked([ZarrPython.interpreter ?? "python3", script, path, fields])
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        var marks = WaveBuilder()
        marks.add("cue ", words(2) + point(7, 48_000) + point(8, 90_000))
        var labels = Array("adtl".utf8)
        labels += entry("labl", words(7) + Array("song\0".utf8))
        labels += entry("note", words(7) + Array("a note\0".utf8))
        labels += entry("ltxt", words(7, 4800) + Array("rgn ".utf8) + words(0, 0))
        labels += entry("labl", words(8) + Array("call\0".utf8))
        marks.add("LIST", labels)
        var info = Array("INFO".utf8)
        info += entry("ICMT", Array("a comment\0".utf8))
        info += entry("IART", Array("SM4\0".utf8))
        marks.add("LIST", info)
        bytes += marks.bytes.dropFirst(12)
        bytes.replaceSubrange(4..<8, with: WaveBuilder.littleEndian(UInt32(bytes.count - 8)))
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    /// A file of a second with chunks of many programs.
    static func manyChunksFile(in folder: URL) throws -> String {
        let path = folder.appending(path: "S4A01234_20240531_223911.wav").path
        func wamd(_ identifier: UInt16, _ text: String) -> [UInt8] {
            WaveBuilder.littleEndian(identifier) + words(UInt32(text.utf8.count)) + Array(text.utf8)
        }
        var builder = WaveBuilder()
        builder.addFormat()
        var bext = Array("a dawn".utf8) + [UInt8](repeating: 0, count: 250)
        bext += Array("Mixer".utf8) + [UInt8](repeating: 0, count: 27 + 32) + Array("2024-05-3122:39:11".utf8)
        bext += WaveBuilder.littleEndian(UInt64(3_914_448_000)) + [2, 0] + Array(1...64)
        bext += [Int16(-2310), 120, -90, -2000, -2150].flatMap { WaveBuilder.littleEndian($0) }
        builder.add("bext", bext + [UInt8](repeating: 0, count: 180))
        builder.add(
            "iXML",
            Array(
                """
                <?xml version="1.0" encoding="UTF-8"?><BWFXML><IXML_VERSION>1.5</IXML_VERSION><PROJECT>Reeds</PROJECT>\
                <SCENE>12a</SCENE><TAKE>3</TAKE><TAPE>T7</TAPE><FILE_SET><FAMILY_UID>F1</FAMILY_UID></FILE_SET></BWFXML>
                """.utf8))
        builder.add("data", (0..<48_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 101 * 50)) })
        builder.add(
            "wamd",
            [0, 0, 2, 0, 0, 0, 1, 0] + wamd(1, "SM4") + wamd(2, "S4A01234") + wamd(3, "2.3.1") + wamd(4, "S4A01234")
                + wamd(5, "2024-05-31 22:39:11+02:00") + wamd(6, "WGS84,49.0912,N,5.0534,E") + wamd(0x11, "abc"))
        builder.add(
            "_PMX",
            Array(
                """
                <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
                <rdf:Description xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/" xmpDM:scene="s"/></rdf:RDF></x:xmpmeta>
                """.utf8))
        let title = [3] + Array("reeds".utf8)
        let frame = Array("TIT2".utf8) + [0, 0, 0, UInt8(title.count), 0, 0] + title
        builder.add("id3 ", Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, UInt8(frame.count)] + frame)
        builder.add("inst", [60, 0, 0, 0, 127, 1, 127, 0])
        builder.add("smpl", words(7, 8, 20_833, 61, 5, 25, 0x0102_0304, 1, 0) + words(3, 0, 10, 20, 9, 2))
        try Data(builder.bytes).write(to: URL(filePath: path))
        return path
    }

    private static func words(_ words: UInt32...) -> [UInt8] {
        words.flatMap { WaveBuilder.littleEndian($0) }
    }

    private static func point(_ identifier: UInt32, _ sample: UInt32) -> [UInt8] {
        words(identifier, sample) + Array("data".utf8) + words(0, 0, sample)
    }

    /// A chunk within a list.
    private static func entry(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        var builder = WaveBuilder()
        builder.add(name, contents)
        return Array(builder.bytes.dropFirst(12))
    }
}
