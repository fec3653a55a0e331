import Foundation
import Importing
import Recordings
import TestSupport
import Testing
import WaveFile

/// Marks and chunks of sources, in the recordings of them.
@Suite struct `What an import keeps of a source` {
    private static let hasTools = ["ffmpeg", "flac", "metaflac"].allSatisfy(isInstalled)

    /// A file of ten seconds of a tone with two chapters, as ffmpeg writes it. In Ogg Vorbis, it writes them only as tags.
    private static func chapters(_ kind: String, _ coder: [String], _ fixture: ImportFixture) throws -> String {
        let texts = """
            ;FFMETADATA1
            [CHAPTER]
            TIMEBASE=1/1000
            START=0
            END=4000
            title=call: a bat
            [CHAPTER]
            TIMEBASE=1/1000
            START=4000
            END=9000
            title=song
            """
        let tags = [
            "CHAPTER001=00:00:00.000", "CHAPTER001NAME=call: a bat", "CHAPTER002=00:00:04.000", "CHAPTER002NAME=song",
        ].flatMap { ["-metadata", $0] }
        let list = try fixture.file("chapters.txt", Array(texts.utf8))
        let path = fixture.folder.appending(path: "tone.\(kind)").path
        try runChecked(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=r=48000:d=10", "-i", list, "-map_metadata", "1"]
                + coder + (kind == "ogg" ? tags : []) + [path])
        return path
    }

    @Test(
        .enabled(if: hasTools, "needs ffmpeg and flac"),
        arguments: [
            ("m4a", ["-c:a", "aac"]), ("mka", ["-c:a", "flac"]), ("ogg", ["-c:a", "libvorbis"]),
            ("opus", ["-c:a", "libopus"]), ("mp3", ["-c:a", "libmp3lame"]),
        ])
    func `chapters are marks with their names and lengths`(kind: String, coder: [String]) throws {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importFile(Self.chapters(kind, coder, fixture))
        let cues = try recording.description().cues
        #expect(cues.map(\.label) == ["call: a bat", "song"])
        #expect(cues.map(\.sample) == [0, 192_000])
        #expect(cues.first?.sampleCount == 192_000)
    }

    @Test(.enabled(if: hasTools, "needs ffmpeg and flac"))
    func `tracks of a cue sheet in FLAC are marks`() throws {
        let fixture = try ImportFixture()
        let path = fixture.folder.appending(path: "tone.flac").path
        try runChecked(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=r=44100:d=10", path])
        let sheet = """
            FILE "tone.flac" FLAC
              TRACK 01 AUDIO
                INDEX 01 00:00:00
              TRACK 02 AUDIO
                INDEX 01 00:04:00
            """
        let list = try fixture.file("sheet.cue", Array((sheet + "\n").utf8))
        try runChecked(["metaflac", "--import-cuesheet-from=\(list)", path])
        let cues = try fixture.importFile(path).recording.description().cues
        #expect(cues.map(\.sample).prefix(2) == [0, 176_400])
        #expect(cues.map(\.sampleCount).prefix(2) == [176_400, 264_600])
    }

    /// A WAV file with chunks of other programs.
    private static var wave: WaveBuilder {
        var builder = WaveBuilder()
        builder.addFormat(rate: 24_000)
        builder.add("iXML", Array("<BWFXML><SCENE>pond</SCENE></BWFXML>".utf8))
        builder.add("data", (0..<24_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 101 * 50)) })
        builder.add("wamd", [0, 0, 2, 0, 0, 0, 1, 0])
        return builder
    }

    @Test(arguments: ["opus", "aac"])
    func `chunks are in the file of a lossy recording as they were`(codec: String) throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.codec = try #require(AudioCodec(rawValue: codec))
        let (_, recording) = try fixture.importBytes(Self.wave.bytes, options)
        let head = try #require(try recording.waveLayout()).head
        let text = Data(head)
        #expect(text.firstRange(of: Data(Array("iXML".utf8) + [36, 0, 0, 0] + Array("<BWFXML><SCENE>".utf8))) != nil)
        #expect(text.firstRange(of: Data(Array("wamd".utf8) + [8, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0])) != nil)
    }

    @Test func `chunks are not kept twice if the recording is the source, byte for byte`() throws {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(Self.wave.bytes)
        let isSame = try recording.waveBytes() == Self.wave.bytes
        #expect(isSame)
        let kept = try fixture.attributes(recording.path)["source_metadata"] as? [String: Any]
        #expect(kept?["chunks"] == nil)
        #expect(kept?["ixml"] as? String == "<BWFXML><SCENE>pond</SCENE></BWFXML>")
    }

    /// `wamd` has the recorder's time, which programs would believe.
    @Test func `chunks whose clock is not that of the recording are left out`() throws {
        let fixture = try ImportFixture()
        let time = Array("2024-05-31 22:39:11+02:00".utf8)
        var builder = Self.wave
        builder.add("wamd", [5, 0, UInt8(time.count), 0, 0, 0] + time)
        var options = ImportOptions()
        options.codec = .opus
        for shift in [Int64(0), 3_600_000_000_000] {
            options.starts.shiftNanoseconds = shift
            let name = "shift\(shift).wav"
            let (_, recording) = try fixture.importBytes(
                builder.bytes + [UInt8(shift == 0 ? 0 : 1)], name: name, options)
            let identifiers = try recording.description().chunks.map(\.identifier)
            #expect(identifiers == (shift == 0 ? ["iXML", "wamd", "wamd"] : ["iXML", "wamd"]))
        }
    }

    @Test func `an import says which chunks it does not keep`() throws {
        let fixture = try ImportFixture()
        var builder = Self.wave
        builder.add("id3 ", [UInt8](repeating: 1, count: 600_000))
        var options = ImportOptions()
        options.codec = .opus
        let (imported, _) = try fixture.importBytes(builder.bytes, options)
        #expect(imported.notes.contains { $0.contains(#"the chunk "id3 " of 600000 bytes is not kept"#) })
        let exact = try fixture.importBytes(builder.bytes + [0], name: "b.wav").imported
        #expect(!exact.notes.contains { $0.contains("id3") })
    }
}
