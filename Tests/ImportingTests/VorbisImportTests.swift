import Foundation
import Importing
import Recordings
import TestSupport
import Testing
import Zarr

struct VorbisImportTests {
    private static func fixture(_ name: String) -> URL { TestFiles.fixtures.appending(path: "coded/\(name)") }

    @Test(arguments: ["stereo.ogg", "mono.ogg", "lowrate.ogg", "surround6.ogg", "tiny.ogg", "lavc.ogg"])
    func `an Ogg Vorbis file is stored byte for byte, and sounds as by ffmpeg`(name: String) throws {
        let fixture = try ImportFixture()
        let source = Self.fixture(name)
        let bytes = Array(try Data(contentsOf: source))
        let (imported, recording) = try fixture.importFile(source.path)
        #expect(imported.codec == .vorbis && recording.codec == .vorbis)
        #expect(try fixture.bytes("audio_data_blob_array", of: recording) == bytes)
        let features = try fixture.attributes(recording.path)["base_features"] as? [String: Any]
        #expect(features?["sha256"] as? String == (try Digest.sha256(bytes)))
        #expect(try recording.sampleBytes() == ReferenceDecode.samples(of: source))
        for name in ["audio_data_blob_array", "vorbis_index"] {
            let attributes = try fixture.attributes("\(recording.path)/\(name)")
            #expect(attributes["codec"] as? String == "vorbis")
            #expect(attributes["total_samples"] as? UInt64 == recording.sampleCount)
        }
    }

    @Test func `an Ogg Vorbis file is encoded anew if that is asked for`() throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.reencodes = true
        let (_, recording) = try fixture.importFile(Self.fixture("stereo.ogg").path, options)
        #expect(recording.codec == .pcm, "FLAC has no floating-point samples")
        options.codec = .opus
        let other = try ImportFixture().importFile(Self.fixture("mono.ogg").path, options)
        #expect(other.recording.codec == .opus)
    }

    @Test func `samples cannot be encoded to Vorbis`() {
        #expect(!CodecRegistry.encodings.map(\.codec).contains(.vorbis))
    }

    @Test func `Ogg Vorbis that is chained or multiplexed is refused by name`() throws {
        let fixture = try ImportFixture()
        let mono = Array(try Data(contentsOf: Self.fixture("mono.ogg")))
        let stereo = Array(try Data(contentsOf: Self.fixture("stereo.ogg")))
        let multiplexed = fixture.folder.appending(path: "both.ogg")
        let inputs = ["mono.ogg", "stereo.ogg"].flatMap { ["-i", Self.fixture($0).path] }
        _ = try runChecked(
            ["ffmpeg", "-v", "error", "-nostdin"] + inputs + ["-map", "0", "-map", "1", "-c", "copy", multiplexed.path])
        for (bytes, problem) in [
            (mono + stereo, "chained Ogg streams are not supported"),
            (Array(try Data(contentsOf: multiplexed)), "multiplexed Ogg streams are not supported"),
        ] {
            let error = #expect(throws: ImportError.self) { try fixture.importBytes(bytes, name: "two.ogg") }
            #expect(error.map { "\($0)" }?.contains(problem) == true)
            #expect(error?.summary.contains("--reencode") == true)
        }
        #expect(try fixture.store.children(of: "pond").isEmpty)
    }

    @Test func `Vorbis in another container than Ogg is decoded`() throws {
        let fixture = try ImportFixture()
        let video = fixture.folder.appending(path: "pond.mka")
        try #require(
            run("ffmpeg", "-v", "error", "-i", Self.fixture("mono.ogg").path, "-c", "copy", video.path).status == 0)
        #expect(try fixture.importFile(video.path).recording.codec == .pcm)
    }
}
