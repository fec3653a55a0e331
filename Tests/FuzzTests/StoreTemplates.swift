import Foundation
import TestSupport

/// Recordings of every codec and layout, whole, and the bytes of their WAV files.
struct StoreTemplates {
    struct Template {
        /// The name of its group, which has this one recording.
        let name: String
        /// Whether checksums cover all of it.
        let isChecked: Bool
        /// Whether what its checksums do not cover can be noticed: by the checksums of FLAC.
        let isProved: Bool
        /// The bytes of its WAV file.
        let wave: [UInt8]
    }

    /// The store that has them.
    let store: URL
    let all: [Template]

    /// Makes them in the empty folder `folder`.
    init(in folder: URL) throws {
        store = folder.appending(path: "good.zarr")
        for (name, file, options) in try Self.sources(in: folder) {
            try Self.zarrwlr(["import", "-q"] + options + ["\(store.path)::\(name)", file.path])
        }
        for name in ["flac", "aac", "opus", "mp3", "vorbis"] { try Self.copyWithoutChecksums(name, in: store) }
        let plain = try TestStore(at: folder.appending(path: "plain.zarr"))
        try plain.addGroup("plain")
        try plain.addArray(
            "plain/0", shape: [3_000, 2], type: "int16", bytes: Self.noise(12_000), attributes: ["sample_rate": 8_000])
        try FileManager.default.copyItem(
            at: plain.directory.appending(path: "plain"), to: store.appending(path: "plain"))

        let waves = folder.appending(path: "waves")
        try Self.zarrwlr(["extract", "-q", store.path, "-o", waves.path])
        all = try FileManager.default.contentsOfDirectory(atPath: waves.path).sorted().map { name in
            let files = try FileManager.default.contentsOfDirectory(atPath: waves.appending(path: name).path)
            guard files.count == 1 else { throw Crash(problem: "the template \(name) has \(files.count) files") }
            return Template(
                name: name, isChecked: !name.hasPrefix("old-") && name != "plain", isProved: name == "old-flac",
                wave: Array(try Data(contentsOf: waves.appending(path: "\(name)/\(files[0])"))))
        }
    }

    /// The sources of the templates: the group that each is imported into, and the options.
    private static func sources(in folder: URL) throws -> [(name: String, file: URL, options: [String])] {
        func fixture(_ name: String) -> URL { TestFiles.fixtures.appending(path: name) }
        func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
            try Data(bytes).write(to: folder.appending(path: name))
            return folder.appending(path: name)
        }
        var wave = WaveBuilder()
        wave.addFormat()
        wave.add("data", noise(40_000))
        wave.add("note", Array("behind the samples".utf8))
        var wide = WaveBuilder()
        wide.addFormat(channels: 2, bits: 24)
        wide.add("data", noise(600_000))
        let flac = Array(try Data(contentsOf: fixture("coded/mono16.flac")))
        return [
            ("flac", fixture("coded/mono16.flac"), []), ("aac", fixture("coded/lowrate.aac"), []),
            ("mp3", fixture("coded/cbr.mp3"), []), ("vorbis", fixture("coded/lavc.ogg"), []),
            ("opus", fixture("coded/hybrid.opus"), []), ("long-opus", fixture("recordings/celt.opus"), []),
            ("wave", try file("wave.wav", wave.bytes), []),
            ("pcm", try file("pcm.wav", wide.bytes), ["--codec", "pcm"]),
            ("lossy", try file("lossy.wav", wave.bytes), ["--codec", "opus"]),
            ("cut", try file("cut.flac", Array(flac.dropLast(flac.count / 3))), []),
        ]
    }

    private static func noise(_ count: Int) -> [UInt8] {
        var random = RepeatableRandom(seed: UInt64(count))
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private static func zarrwlr(_ arguments: [String]) throws {
        let ended = try LimitedRun("zarrwlr", arguments, seconds: 60)
        guard ended.result.status == 0 else { throw Crash(problem: "\(arguments): \(ended.result.errors)") }
    }

    /// Copies the group `name` as older stores have it: without checksums of the audio and of documents.
    private static func copyWithoutChecksums(_ name: String, in store: URL) throws {
        let copy = store.appending(path: "old-\(name)")
        try FileManager.default.copyItem(at: store.appending(path: name), to: copy)
        for file in try StoreDamage.files(below: copy) {
            let path = copy.appending(path: file)
            if file.contains("audio_crc32c/") {
                try FileManager.default.removeItem(at: path)
            } else if file.hasSuffix("zarr.json"),
                var document = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any],
                var attributes = document["attributes"] as? [String: Any]
            {
                attributes["zarrwlr_crc32c"] = nil
                document["attributes"] = attributes
                try JSONSerialization.data(withJSONObject: document).write(to: path)
            }
        }
        for array in try FileManager.default.contentsOfDirectory(atPath: copy.appending(path: "0").path)
        where array == "audio_crc32c" {
            try FileManager.default.removeItem(at: copy.appending(path: "0/\(array)"))
        }
    }
}
