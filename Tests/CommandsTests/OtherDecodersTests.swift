import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: ZarrPython.decodes, ZarrPython.decodingComment))
struct OtherDecodersTests {
    private struct Comparison: Decodable {
        struct Decoder: Decodable {
            let samples: Int
            let difference: Int
        }

        let expected: Int
        let pyAV: Decoder
        let soundFile: Decoder?
    }

    /// PyAV has its own libavcodec and libopus, which round differently: libopus 1.3 and 1.5 differ by up to 2.
    @Test(arguments: [("flac", 0), ("aac", 1), ("opus", 2)])
    func `other decoders decode an imported recording to the samples of extract`(codec: String, tolerance: Int) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let (sound, store, wav) = (
                directory.appending(path: "night.wav").path, directory.appending(path: "store.zarr").path,
                directory.appending(path: "out.wav").path
            )
            try runChecked([
                "sox", "-R", "-n", "-r", "48000", "-c", "2", "-b", "16", sound, "synth", "1.5", "sine", "300:3000",
                "pinknoise", "gain", "-12",
            ])
            #expect(Zarrwlr.run("import", "--codec", codec, "\(store)::pond", sound).status == 0)
            #expect(Zarrwlr.run("extract", store, "pond/0", "-o", wav).status == 0)
            let comparison = try JSONDecoder().decode(
                Comparison.self, from: ZarrPython.comparison(of: "pond/0", in: store, with: wav))
            #expect(comparison.expected == 72_000)
            for decoder in [comparison.pyAV, comparison.soundFile].compactMap(\.self) {
                #expect(decoder.samples == 72_000)
                #expect(decoder.difference <= tolerance)
            }
            #expect((comparison.soundFile != nil) == (codec == "flac"))
        }
    }
}
