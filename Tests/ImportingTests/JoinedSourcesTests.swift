import Foundation
import Importing
import Recordings
import TestSupport
import Testing

/// Files that were joined one behind the other, as by `cat a.mp3 b.mp3`.
@Suite(.enabled(if: isInstalled("ffmpeg"), "needs ffmpeg"))
struct JoinedSourcesTests {
    private static let reencoding: ImportOptions = {
        var options = ImportOptions()
        options.reencodes = true
        return options
    }()

    @Test(arguments: [[], ["-write_xing", "0"], ["-id3v2_version", "0"]])
    func `MP3 files that were joined are stored whole, and a note says where the second begins`(
        options: [String]
    ) throws {
        let fixture = try ImportFixture()
        let first = try DamagedSourceTests.make("a.mp3", ["-c:a", "libmp3lame"] + options, in: fixture)
        let (imported, recording) = try fixture.importBytes(first + first, name: "two.mp3")
        let note = imported.notes.first
        #expect(imported.notes.count == 1 && note?.hasPrefix("another stream follows at 0:00:03.0") == true)
        #expect(imported.keepsSource && recording.sampleCount > 288_000)
        #expect(try fixture.preview(of: fixture.file("dry.mp3", first + first)).notes == imported.notes)
        let tag: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0, count: 10)
        #expect(try fixture.importBytes(first, name: "one.mp3").imported.notes.isEmpty)
        #expect(try fixture.importBytes(first + tag, name: "tagged.mp3").imported.notes.isEmpty)
        #expect(try DamagedSourceTests.faults(of: fixture).isEmpty)
        let strict = try fixture.file("strict.mp3", first + first + first)
        #expect(throws: ImportError.self) { try fixture.outcome(of: strict, DamagedSourceTests.strict) }
    }

    @Test func `ADTS files with tags that were joined are stored whole, and a note says where the second begins`()
        throws
    {
        let fixture = try ImportFixture()
        let first = try DamagedSourceTests.make("a.aac", ["-c:a", "aac", "-write_id3v2", "1"], in: fixture)
        #expect(first.starts(with: "ID3".utf8))
        let (imported, _) = try fixture.importBytes(first + first, name: "two.aac")
        #expect(imported.codec == .aac)
        #expect(imported.notes.contains { $0.hasPrefix("another stream follows at 0:00:03.0") }, "\(imported.notes)")
    }

    @Test(arguments: [("a.mp3", "libmp3lame"), ("a.aac", "aac")])
    func `bytes behind the last frame that are no frame are a note`(name: String, encoder: String) throws {
        let fixture = try ImportFixture()
        let first = try DamagedSourceTests.make(name, ["-c:a", encoder], in: fixture)
        let other = [UInt8]("RIFF".utf8) + (0..<5_000).map { UInt8($0 % 251) }
        let (imported, _) = try fixture.importBytes(first + other, name: name)
        let note = "\(other.count) bytes at its end belong to no frame"
        #expect(imported.notes.contains(note), "\(imported.notes)")
        #expect(try fixture.preview(of: fixture.file("dry-\(name)", first + other)).notes.contains(note))
        #expect(
            try !fixture.importBytes(first, name: "one-\(name)").imported.notes.contains { $0.contains("at its end") })
    }

    @Test func `an ADTS file whose rate and channels change is refused with the place, before it is imported too`()
        throws
    {
        let fixture = try ImportFixture()
        let first = try DamagedSourceTests.make("a.aac", ["-c:a", "aac"], in: fixture)
        let second = try DamagedSourceTests.make("b.aac", ["-c:a", "aac", "-ar", "22050", "-ac", "2"], in: fixture)
        let bytes = first + second
        let problem =
            "is no single recording: AAC at byte \(first.count): the stream changes from 48000 Hz, 1 channel to 22050 Hz, 2 "
            + "channels: split it there"
        for options in [ImportOptions(), Self.reencoding] {
            let error = #expect(throws: ImportError.self) { try fixture.importBytes(bytes, name: "two.aac", options) }
            #expect(error.map { "\($0)" } == problem)
            let preview = #expect(throws: ImportError.self) {
                try fixture.preview(of: fixture.file("dry.aac", bytes), options)
            }
            #expect(preview.map { "\($0)" } == problem)
        }
    }

    @Test(arguments: [("libopus", "opus"), ("libvorbis", "ogg")])
    func `Ogg streams of other channels that are chained are refused with the place`(
        encoder: String, suffix: String
    ) throws {
        let fixture = try ImportFixture()
        let first = try DamagedSourceTests.make("a.\(suffix)", ["-c:a", encoder, "-serial_offset", "1"], in: fixture)
        let second = try DamagedSourceTests.make(
            "b.\(suffix)", ["-c:a", encoder, "-ac", "2", "-serial_offset", "2"], in: fixture)
        for options in [ImportOptions(), Self.reencoding] where encoder == "libopus" || options.reencodes {
            let error = #expect(throws: ImportError.self) {
                try fixture.importBytes(first + second, name: "two.\(suffix)", options)
            }
            #expect(
                error.map { "\($0)" }?.hasSuffix(
                    "an Ogg stream of another codec, rate, gain or other channels is chained to it at byte \(first.count): "
                        + "split it there") == true, "\(String(describing: error))")
        }
    }

    @Test func `a chained stream of Vorbis has its own samples behind those of the first, and a note says where`()
        throws
    {
        let notes = try notesOfChain(of: "ogg", ["-c:a", "libvorbis"], second: ["-q:a", "9"])
        #expect(notes.contains("another stream follows at 0:00:03.000"), "\(notes)")
    }

    @Test(arguments: ["lowdelay", "voip"])
    func `a chained stream of Opus is decoded by itself, whatever the first ends with`(application: String) throws {
        let encoder = ["-c:a", "libopus", "-application", application, "-b:a", "96k"]
        let notes = try notesOfChain(of: "opus", encoder, second: ["-b:a", "24k"])
        #expect(notes.contains { $0.hasPrefix("another stream follows at 0:00:03.0") }, "\(notes)")
    }

    /// What an import notes of two chained streams that ffmpeg makes with `options`, the second with more. Expects the samples of each by itself.
    private func notesOfChain(of suffix: String, _ options: [String], second: [String]) throws -> [String] {
        let fixture = try ImportFixture()
        let streams = try [[], second].enumerated().map { number, more in
            try DamagedSourceTests.make(
                "\(number).\(suffix)", options + ["-serial_offset", "\(number + 1)"] + more, in: fixture)
        }
        let pieces = try streams.enumerated().map { number, bytes in
            try fixture.importBytes(bytes, name: "piece\(number).\(suffix)", Self.reencoding).recording.sampleBytes()
        }
        let (imported, recording) = try fixture.importBytes(
            streams[0] + streams[1], name: "two.\(suffix)", Self.reencoding)
        let isSame = try recording.sampleBytes() == pieces[0] + pieces[1]
        #expect(isSame)
        return imported.notes
    }
}
