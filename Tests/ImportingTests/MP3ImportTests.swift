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
                "the stream changes from MPEG-1 layer III, 44100 Hz, 2 channels to MPEG-1 layer III, 48000 Hz, 2 channels"
            )
                == true)
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
