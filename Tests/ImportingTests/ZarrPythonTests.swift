import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import Zarr

@Suite(.enabled(if: ZarrPython.interpreter != nil, ZarrPython.comment))
struct ZarrPythonTests {
    private struct Found: Decodable {
        struct Array: Decodable {
            let shape: [Int]
            let sha256: String
        }

        struct Group: Decodable {
            let type: String?
            let encoding: String?
        }

        let groups: [String: Group]
        let arrays: [String: Array]
    }

    @Test(arguments: CodecRegistry.encodings.map(\.codec))
    func `zarr-python reads the same bytes from every array that an import writes`(_ codec: AudioCodec) throws {
        let fixture = try ImportFixture(group: "pond")
        let sound = fixture.folder.appending(path: "night.wav").path
        try runChecked([
            "sox", "-R", "-n", "-r", "48000", "-c", "2", "-b", "16", sound, "synth", "1.5", "sine", "300:3000",
        ])
        var options = ImportOptions()
        options.codec = codec
        let (imported, _) = try fixture.importFile(sound, options)
        let found = try JSONDecoder().decode(
            Found.self, from: ZarrPython.contents(of: fixture.folder.appending(path: "store.zarr")))
        #expect(found.groups[imported.path]?.type == "original_audio_file")
        #expect(found.groups[imported.path]?.encoding == codec.rawValue)
        let expected: [AudioCodec: Set<String>] = [
            .flac: ["audio_data_blob_array", "audio_crc32c", "flac_index", "source_head"],
            .aac: ["audio_data_blob_array", "audio_crc32c", "aac_index"],
            .opus: ["audio_data_blob_array", "audio_crc32c", "opus_index", "opus_head", "opus_sync"],
            .pcm: ["audio_data_blob_array", "source_head"],
        ]
        #expect(Set(found.arrays.keys) == Set((expected[codec] ?? []).map { "\(imported.path)/\($0)" }))
        for (path, array) in found.arrays {
            let ours = try ZarrArray.open(fixture.store, path: path, cache: BlockCache(budget: 0))
            #expect(array.shape == ours.shape.map { Int($0) })
            let bytes = try Block(count: Int(ours.byteCount)) { buffer throws(ZarrError) in
                try ours.read(start: ours.shape.map { _ in 0 }, count: ours.shape, into: buffer)
            }
            #expect(try Digest.sha256(Array(bytes.bytes)) == array.sha256, "\(path)")
        }
    }
}
