import AudioCoding
import Foundation
import Importing
import Recordings
import TestSupport
import Testing
import Zarr

struct MP3ImportTests {
    private static func fixture(_ name: String) -> URL { TestFiles.fixtures.appending(path: "coded/\(name)") }

    static let names = [
        "abr.mp3", "cbr.mp3", "checksums.mp3", "lavc.mp3", "mpeg2.mp3", "mpeg25.mp3", "shine.mp3", "tags.mp3",
        "untagged.mp3", "vbr.mp3", "dual.mp2", "joint.mp2", "mono.mp2", "mpeg2.mp2",
    ]

    @Test(arguments: names)
    func `an MP3 file is stored byte for byte, with a row for each packet, and sounds as by ffmpeg`(name: String) throws
    {
        let fixture = try ImportFixture()
        let source = Self.fixture(name)
        let bytes = Array(try Data(contentsOf: source))
        let (_, recording) = try fixture.importFile(source.path)
        #expect(recording.codec == .mp3)
        #expect(try fixture.bytes("audio_data_blob_array", of: recording) == bytes)
        let features = try fixture.attributes(recording.path)["base_features"] as? [String: Any]
        #expect(features?["sha256"] as? String == (try Digest.sha256(bytes)))
        #expect(try recording.sampleBytes() == ReferenceDecode.samples(of: source))

        let golden = try String(contentsOf: source.appendingPathExtension("golden"), encoding: .utf8)
        let packets = golden.split(separator: "\n").dropFirst().map {
            $0.split(separator: " ").prefix(2).map { UInt64($0) }
        }
        let rows = try fixture.rows("mp3_index", of: recording)
        #expect(rows.map { $0.prefix(2).map(\.self) } == packets)
        let perFrame = rows.count > 1 ? rows[1][2] : 0
        #expect(rows.enumerated().allSatisfy { $1[2] == UInt64($0) * perFrame })

        let attributes = try fixture.attributes("\(recording.path)/audio_data_blob_array")
        #expect(attributes["codec"] as? String == "mp3")
        #expect(attributes["total_samples"] as? UInt64 == recording.sampleCount)
    }

    @Test func `an MP3 file is encoded anew if that is asked for`() throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.reencodes = true
        options.codec = .opus
        let (_, recording) = try fixture.importFile(Self.fixture("vbr.mp3").path, options)
        #expect(recording.codec == .opus)
    }

    @Test func `samples cannot be encoded to MP3`() {
        #expect(!CodecRegistry.encodings.map(\.codec).contains(.mp3))
    }

    @Test(.enabled(if: isInstalled("ffmpeg"), "needs ffmpeg"), arguments: [4, 4 + 17])
    func `MP3 frames that have nothing but zeros where their sound was are a note, with the time that they cost`(
        _ headByteCount: Int
    ) throws {
        let fixture = try ImportFixture()
        let whole = try DamagedSourceTests.make("a.mp3", ["-c:a", "libmp3lame", "-b:a", "96k"], in: fixture)
        let packets = try DamagedSourceTests.packets(whole, "a.mp3", in: fixture)
        var bytes = whole
        for (offset, byteCount) in packets[50..<60] {
            for index in offset + headByteCount..<offset + byteCount { bytes[index] = 0 }
        }
        let (imported, _) = try fixture.importBytes(bytes, name: "a.mp3")
        let note = imported.notes.first { $0.hasPrefix("damaged: ") }
        #expect(
            note?.hasPrefix(
                "damaged: 10 of its frames have nothing but zeros where their sound was, the first at 0:00:01.") == true
        )
        #expect(note?.hasSuffix(": 0:00:00.240 of it are lost") == true, "\(imported.notes)")
        #expect(imported.keepsSource && imported.codec == .mp3)
        let again = try fixture.file("strict.mp3", bytes + [0])
        #expect(throws: ImportError.self) { try fixture.outcome(of: again, DamagedSourceTests.strict) }
    }

    @Test(.enabled(if: isInstalled("ffmpeg"), "needs ffmpeg"), arguments: ["64k", "320k"])
    func `digital silence in MP3 is no damage`(_ bitRate: String) throws {
        let fixture = try ImportFixture()
        let path = fixture.folder.appending(path: "silent.mp3").path
        _ = try runChecked(
            [
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono", "-t", "2", "-b:a", bitRate,
                path,
            ])
        let notes = try fixture.importFile(path).imported.notes
        #expect(!notes.contains { $0.hasPrefix("damaged") }, "\(notes)")
    }

    @Test func `MP3 in free format is refused by name`() throws {
        let fixture = try ImportFixture()
        let error = #expect(throws: ImportError.self) { try fixture.importFile(Self.fixture("freeformat.mp3").path) }
        #expect(error.map { "\($0)" }?.contains("frames of 293 bytes: free format is not supported") == true)
        #expect(error.map { "\($0)" }?.contains("decode it to WAV first") == true)
        #expect(try fixture.store.children(of: "pond").isEmpty)
    }

    @Test func `an MP3 file whose format changes is refused, and the place named`() throws {
        let fixture = try ImportFixture()
        let first = Array(try Data(contentsOf: Self.fixture("cbr.mp3")))
        let second = Array(try Data(contentsOf: Self.fixture("vbr.mp3")))
        let error = #expect(throws: (any Error).self) {
            try fixture.importBytes(first + second, name: "two.mp3")
        }
        #expect(
            error.map { "\($0)" }?.contains(
                "the stream changes from MPEG-1 layer III, 44100 Hz, 2 channels to MPEG-1 layer III, 48000 Hz, 2 channels: "
                    + "split it there"
            )
                == true)
        let preview = #expect(throws: ImportError.self) {
            try fixture.preview(of: fixture.file("dry.mp3", first + second))
        }
        #expect(preview.map { "\($0)" } == error.map { "\($0)" })
        #expect(try fixture.store.children(of: "pond").isEmpty)
    }

    @Test func `MP3 in another container than its own is decoded`() throws {
        let fixture = try ImportFixture()
        let wave = fixture.folder.appending(path: "radio.wav")
        try #require(
            run("ffmpeg", "-v", "error", "-i", Self.fixture("cbr.mp3").path, "-c", "copy", wave.path).status == 0)
        #expect(try fixture.importFile(wave.path).recording.codec == .pcm)
    }
}
