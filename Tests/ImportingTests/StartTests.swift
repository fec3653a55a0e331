import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile

@Suite struct `The start of an imported recording` {
    private static let guano = "GUANO|Version: 1.0\nTimestamp: 2024-05-31T22:39:11+02:00\nMake: Pond\n"

    /// The start, and what says so, of the recording of `file` in `fixture`, and the notes of its import.
    private static func start(
        of file: String, _ fixture: ImportFixture, _ options: ImportOptions = ImportOptions()
    ) throws -> (time: String?, origin: String?, notes: [String]) {
        let (imported, recording) = try fixture.importFile(file, options)
        let metadata = try fixture.attributes(recording.path)["source_metadata"] as? [String: Any]
        let start = metadata?["start"] as? [String: String]
        #expect(recording.start?.description == start?["time"])
        return (recording.start?.description, start?["from"], imported.notes)
    }

    private static func wave(_ build: (inout WaveBuilder) -> Void = { _ in }) -> [UInt8] {
        var builder = WaveBuilder()
        builder.addFormat(rate: 8_000)
        builder.add("data", (0..<8_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 101 * 50)) })
        build(&builder)
        return builder.bytes
    }

    @Test(.enabled(if: isInstalled("ffmpeg"), "needs ffmpeg"), arguments: ["pcm_mulaw", "adpcm_ms"])
    func `GUANO in a WAV of coded samples is read and kept`(codec: String) throws {
        let fixture = try ImportFixture()
        let plain = try fixture.file("plain.wav", Self.wave())
        let coded = fixture.folder.appending(path: "coded.wav").path
        try runChecked(["ffmpeg", "-v", "error", "-i", plain, "-c:a", codec, coded])
        var builder = WaveBuilder()
        builder.add("guan", Array(Self.guano.utf8))
        let bytes = try Array(Data(contentsOf: URL(filePath: coded))) + builder.bytes.dropFirst(12)
        let (time, origin, _) = try Self.start(of: fixture.file("x.wav", bytes), fixture)
        #expect(time == "2024-05-31T22:39:11+02:00")
        #expect(origin == "GUANO")
        let metadata = try fixture.attributes("pond/0")["source_metadata"] as? [String: Any]
        #expect((metadata?["guano"] as? [String: String])?["Make"] == "Pond")
        let kept = try Recording(
            store: fixture.store, path: "pond/0", cache: BlockCache(budget: 1 << 20), log: .silent)
        #expect(try fixture.bytes("coded_source_head", of: kept).starts(with: bytes.prefix(12)))
        #expect(try fixture.bytes("coded_source_tail", of: kept) == Array(bytes.suffix(builder.bytes.count - 12)))
    }

    @Test func `GUANO in a WAV with an ID3 tag before it is read and kept`() throws {
        let fixture = try ImportFixture()
        let wave = Self.wave { $0.add("guan", Array(Self.guano.utf8)) }
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 10)
        #expect(try Self.start(of: fixture.file("x.wav", tag + wave), fixture).time == "2024-05-31T22:39:11+02:00")
    }

    @Test(.enabled(if: isInstalled("flac"), "needs flac"))
    func `the metadata of the WAV that a FLAC file was made from are read if the file has kept them`() throws {
        let fixture = try ImportFixture()
        let wave = try fixture.file("x.wav", Self.wave { $0.add("guan", Array(Self.guano.utf8)) })
        try runChecked(["flac", "-s", "--keep-foreign-metadata", wave])
        let flac = fixture.folder.appending(path: "x.flac").path
        let (time, origin, _) = try Self.start(of: flac, fixture)
        #expect(time == "2024-05-31T22:39:11+02:00")
        #expect(origin == "GUANO")
    }

    @Test(.enabled(if: isInstalled("flac"), "needs flac"))
    func `a start is read from the tags of a FLAC file`() throws {
        let fixture = try ImportFixture()
        let wave = try fixture.file("x.wav", Self.wave())
        try runChecked(["flac", "-s", "-T", "RecordingStart=2019-04-22T20:00:00.25+1000", wave])
        let (time, origin, _) = try Self.start(of: fixture.folder.appending(path: "x.flac").path, fixture)
        #expect(time == "2019-04-22T20:00:00.25+10:00")
        #expect(origin == "tag")
    }

    @Test(.enabled(if: isInstalled("ffmpeg"), "needs ffmpeg"))
    func `a start is read from the creation time of MP4, unless the file name has one`() throws {
        let fixture = try ImportFixture()
        let wave = try fixture.file("x.wav", Self.wave())
        for (name, expected, origin) in [
            ("a.m4a", "2023-05-04T19:52:02Z", "creation_time"),
            ("20230504_215100.m4a", "2023-05-04T21:51:00", "file name"),
        ] {
            let file = fixture.folder.appending(path: name).path
            try runChecked([
                "ffmpeg", "-v", "error", "-i", wave, "-metadata", "creation_time=2023-05-04T19:52:02Z", "-metadata",
                "title=\(name)", file,
            ])
            let (time, found, _) = try Self.start(of: file, fixture)
            #expect(time == expected)
            #expect(found == origin)
        }
    }

    @Test func `a clock that was never set is a note, and a start only if it is trusted`() throws {
        let fixture = try ImportFixture()
        let file = try fixture.file("19700101_000312.WAV", Self.wave())
        let (time, _, notes) = try Self.start(of: file, fixture)
        #expect(time == nil)
        #expect(
            notes == [
                "its clock was never set: 1970-01-01T00:03:12 (file name) is not taken as a start without --trust-clock"
            ])
        let forecast = try Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20)).plan(for: file)
        guard case .planned(let preview) = forecast else { throw CocoaError(.fileReadUnknown) }
        #expect(preview.notes == notes)
        var options = ImportOptions()
        options.starts.trustsClock = true
        let trusted = try ImportFixture()
        let again = try trusted.file("19700101_000312.WAV", Self.wave())
        #expect(try Self.start(of: again, trusted, options).time == "1970-01-01T00:03:12")
    }

    @Test func `a shift and a doubtful time are notes`() throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.starts.zone = try ClockZone("Europe/Berlin")
        let doubtful = try fixture.file("20241027_023000.wav", Self.wave())
        #expect(
            try Self.start(of: doubtful, fixture, options).notes == [
                "clocks in Europe/Berlin showed its start twice; the first time is taken, 2024-10-27T02:30:00+02:00"
            ])
        options.starts.shiftNanoseconds = -1_250_000_000
        let shifted = try fixture.file("20240601_000000.wav", Self.wave { $0.add("junk", [1, 2]) })
        let (time, _, notes) = try Self.start(of: shifted, fixture, options)
        #expect(time == "2024-05-31T23:59:58.75+02:00")
        #expect(notes == ["its start was shifted by -1.25 s"])
    }
}
