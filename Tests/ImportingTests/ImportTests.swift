import Foundation
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Importing

struct ImportTests {
    private static func wave(seed: Int = 1_000, _ build: (inout WaveBuilder) -> Void = { _ in }) -> [UInt8] {
        var builder = WaveBuilder()
        builder.addFormat()
        build(&builder)
        builder.add("data", OddSource.noise(seed * 2))
        return builder.bytes
    }

    /// A recording of an AudioMoth in which a block stands for five of silence, and `ending` follows.
    private static func collapsedWave(ending: [UInt8] = OddSource.noise(600)) -> [UInt8] {
        let count = (0..<32).flatMap { bit in WaveBuilder.littleEndian(Int16(5 >> bit & 1 == 1 ? 1 : -1)) }
        var builder = WaveBuilder()
        builder.addFormat(rate: 32_000)
        let artist =
            Array("INFOIART".utf8) + WaveBuilder.littleEndian(UInt32(32)) + Array("AudioMoth 0123456789ABCDEF".utf8)
        builder.add("LIST", artist + [UInt8](repeating: 0, count: 44 - artist.count))
        let filler = 512 - (builder.bytes.count + 8)
        builder.add(
            "data", OddSource.noise(filler + 1_024) + count + [UInt8](repeating: 0, count: 448) + ending)
        return builder.bytes
    }

    @Test func `a source that a group has is not imported into it again, but into another group`() throws {
        let fixture = try ImportFixture()
        let path = try fixture.file("a.wav", Self.wave())
        let first = try fixture.importFile(path).imported
        #expect(try fixture.outcome(of: path) == .alreadyThere(first.path))
        let renamed = try fixture.file("b.wav", Self.wave())
        #expect(try fixture.outcome(of: renamed) == .alreadyThere(first.path))

        let other = try AudioGroup(in: fixture.store, path: "lake")
        let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))
        guard case .imported(let second) = try importer.importSource(at: path, into: other, progress: { _ in }) else {
            Issue.record("the other group has no such source")
            return
        }
        #expect(second.path == "lake/0")
    }

    @Test func `a source that another process has imported meanwhile is not imported again`() throws {
        let fixture = try ImportFixture()
        let path = try fixture.file("a.wav", Self.wave())
        let other = try AudioGroup(in: fixture.store, path: "pond")
        _ = try fixture.importFile(path)
        let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))
        #expect(
            try importer.importSource(at: path, into: other, progress: { _ in }) == .alreadyThere("pond/0"))
    }

    @Test func `every thread learns of all sources that another process has imported meanwhile`() throws {
        let fixture = try ImportFixture()
        let other = try AudioGroup(in: fixture.store, path: "pond")
        let paths = try (0..<40).map { try fixture.file("\($0).wav", Self.wave(seed: 1_000 + $0)) }
        for path in paths { _ = try fixture.importFile(path) }
        let sums = try paths.map { try Digest.sha256(Array(Data(contentsOf: URL(filePath: $0)))) }
        let places = Parallel.map(sums.reversed(), threads: 8) { sum in
            Result { () throws -> String? in
                try other.sources.place(of: SourceIdentity(sha256: sum, stream: nil))
            }
        }
        #expect(try places.map { try $0.get() } == (0..<40).reversed().map { "pond/\($0)" })
    }

    @Test func `of the same source staged twice, the one that is published first is kept`() throws {
        let fixture = try ImportFixture()
        let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))
        let staged = try ["a.wav", "b.wav"].map { name in
            try importer.stage(at: fixture.file(name, Self.wave()), into: fixture.group) { _ in }
        }
        #expect(try fixture.store.children(of: "pond").isEmpty)
        guard case .imported(let recording) = try staged[1].publish() else {
            Issue.record("nothing was there before")
            return
        }
        #expect(recording.path == "pond/0" && recording.namesake == nil)
        #expect(try staged[0].publish() == .alreadyThere("pond/0"))
    }

    @Test func `a recording has its source's path below the folder that was imported, and knows its namesakes`() throws
    {
        let fixture = try ImportFixture()
        let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))
        var recordings: [ImportedRecording] = []
        for (index, name) in ["a.wav", "a.flac", "b.wav"].enumerated() {
            let path = try fixture.file(name, Self.wave(seed: 1_000 + index))
            let outcome = try importer.importSource(at: path, relativePath: "north/\(name)", into: fixture.group) { _ in
            }
            if case .imported(let recording) = outcome { recordings.append(recording) }
        }
        #expect(recordings.map(\.path) == ["pond/0", "pond/1", "pond/2"])
        #expect(recordings.map(\.namesake) == [nil, .otherFile, nil])
        let metadata = try #require(fixture.attributes("pond/1")["source_metadata"] as? [String: Any])
        #expect(metadata["path"] as? String == "north/a.flac")
    }

    @Test func `each track of a source is a source of its own, and the import says how many there are`() throws {
        let fixture = try ImportFixture()
        let path = fixture.folder.appending(path: "tracks.mka").path
        try runChecked([
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=300:duration=1", "-f", "lavfi", "-i",
            "sine=3000:duration=1", "-map", "0", "-map", "1", "-c", "pcm_s16le", path,
        ])
        let first = try fixture.importFile(path).imported
        #expect(first.notes.contains("stream 0, one of 2 tracks of sound: --stream imports another (1)"))
        var options = ImportOptions()
        options.stream = 1
        guard case .planned(let preview) = try Importer(options, cache: BlockCache(budget: 0)).plan(for: path) else {
            Issue.record("nothing is there that it was compared with")
            return
        }
        #expect(preview.notes == ["stream 1, one of 2 tracks of sound: --stream imports another (0)"])
        let second = try fixture.importFile(path, options)
        #expect(second.imported.path == "pond/1")
        #expect(
            try fixture.attributes("pond/1")["source_metadata"].flatMap { $0 as? [String: Any] }?["stream"] as? Int == 1
        )
        #expect(try fixture.outcome(of: path) == .alreadyThere("pond/0"))
        #expect(try fixture.outcome(of: path, options) == .alreadyThere("pond/1"))
        let again = try AudioGroup(in: fixture.store, path: "pond")
        let importer = Importer(options, cache: BlockCache(budget: 1 << 20))
        #expect(try importer.importSource(at: path, into: again) { _ in } == .alreadyThere("pond/1"))
    }

    @Test func `an import that fails leaves nothing in the store`() throws {
        let fixture = try ImportFixture()
        for (name, bytes) in [
            ("text.wav", Array("not sound".utf8)), ("empty.wav", []),
            ("headless.wav", Array("RIFF\0\0\0\0WAVEfmt ".utf8)),
        ] {
            let path = try fixture.file(name, bytes)
            #expect(throws: ImportError.self, "\(name)") { try fixture.outcome(of: path) }
        }
        #expect(throws: ImportError.self) { try fixture.outcome(of: "/nowhere/at-all.wav") }
        #expect(throws: ImportError.self) { try fixture.outcome(of: "/dev/zero") }
        #expect(try fixture.store.children(of: "pond").isEmpty)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: fixture.folder.appending(path: "store.zarr").path)
        #expect(left == ["zarr.json"])
    }

    @Test func `every recording that many threads import gets a number of its own`() throws {
        let fixture = try ImportFixture()
        let paths = try (0..<24).map { try fixture.file("\($0).wav", Self.wave(seed: 500 + $0)) }
        let importer = Importer(ImportOptions(), cache: BlockCache(budget: 1 << 20))
        let group = fixture.group
        Parallel.forEach(count: paths.count, threads: 4) { index in
            do {
                _ = try importer.importSource(at: paths[index], into: group) { _ in }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(Set(try fixture.store.children(of: "pond")) == Set((0..<24).map(String.init)))
        let catalogue = try Catalogue(store: fixture.store, cache: BlockCache(budget: 1 << 20), log: .silent)
        var names: Set<String> = []
        catalogue.forEachMember { contents, member in
            if case .recording(let number) = member { names.insert(contents.naming(of: number).sourceName) }
        }
        #expect(names == Set((0..<24).map { "\($0).wav" }))
    }

    @Test func `a recording has zarrwlr's attributes, its source's metadata, and the user's attributes`() throws {
        let fixture = try ImportFixture()
        var options = ImportOptions()
        options.attributes = ["site": "north"]
        options.starts.zone = try ClockZone("+01:00")
        let bytes = Self.wave {
            $0.add("guan", Array("GUANO|Version: 1.0\nTimestamp: 2024-05-31T22:39:11\nLoc Position: 49.1 5.0\n".utf8))
        }
        let (_, recording) = try fixture.importBytes(bytes, name: "20200101_000000.wav", options)
        #expect(recording.start?.description == "2024-05-31T22:39:11+01:00")

        #expect(try fixture.attributes("pond")["magic_id"] as? String == HierarchyNames.audioGroupMagic)
        let group = try fixture.attributes(recording.path)
        #expect(group["type"] as? String == "original_audio_file")
        #expect(group["encoding"] as? String == "flac")
        #expect(group["site"] as? String == "north")
        let features = try #require(group["base_features"] as? [String: Any])
        #expect(features["filename"] as? String == "20200101_000000.wav")
        #expect(features["size_bytes"] as? Int == bytes.count)
        #expect(features["sha256"] as? String == (try Digest.sha256(bytes)))
        #expect(features["modified"] as? String == "2023-11-14T22:13:20Z")
        #expect(features["codec_per_stream"] as? [String] == ["pcm_s16le"])
        let metadata = try #require(group["source_metadata"] as? [String: Any])
        #expect((metadata["guano"] as? [String: String])?["Loc Position"] == "49.1 5.0")
        #expect((metadata["start"] as? [String: String])?["from"] == "GUANO")
        let blob = try fixture.attributes("\(recording.path)/audio_data_blob_array")
        #expect(blob["codec"] as? String == "flac")
        #expect(blob["nb_channels"] as? Int == 1)
        #expect(blob["first_sample_time_stamp"] as? String == "2024-05-31T22:39:11+01:00")
    }

    @Test func `a recording whose source does not say when it began has no start`() throws {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(Self.wave())
        #expect(recording.start == nil)
        let blob = try fixture.attributes("\(recording.path)/audio_data_blob_array")
        #expect(blob["first_sample_time_stamp"] == nil)
    }

    @Test func `a store's root becomes an audio group and keeps its attributes`() throws {
        let fixture = try ImportFixture()
        let root = fixture.folder.appending(path: "store.zarr/zarr.json")
        try Data(#"{"zarr_format": 3, "node_type": "group", "attributes": {"project": [1, 2.5, null]}}"#.utf8)
            .write(to: root)
        let store = try DirectoryStore(path: fixture.folder.appending(path: "store.zarr").path)
        _ = try AudioGroup(in: store, path: "")
        let attributes = try fixture.attributes("")
        #expect(attributes["magic_id"] as? String == HierarchyNames.audioGroupMagic)
        #expect((attributes["project"] as? [Any])?.count == 3)
    }

    @Test(arguments: [".", "..", "a//b", "/a", "a/", "__a", "a/..", ".zarrwlr-staging-mine", "a/.zarrwlr-x"])
    func `a group is not made under a name that nodes cannot have, or that is reserved`(path: String) throws {
        let fixture = try ImportFixture()
        let error = #expect(throws: ZarrError.self) { try AudioGroup(in: fixture.store, path: path) }
        #expect(error?.description.contains("cannot be the name of a group") == true)
        #expect(try fixture.store.children(of: "").isEmpty)
    }

    @Test func `a recording is refused as a group to import into`() throws {
        let fixture = try ImportFixture()
        let (_, recording) = try fixture.importBytes(Self.wave())
        #expect(throws: ZarrError.self) { try AudioGroup(in: fixture.store, path: recording.path) }
    }

    @Test func `collapsed silence is refused in a file named as AudioMoth names it, and noted in others`() throws {
        let fixture = try ImportFixture()
        let bytes = Self.collapsedWave()
        let triggered = try fixture.file("20230201_101112T.WAV", bytes)
        let error = #expect(throws: ImportError.self) { try fixture.outcome(of: triggered) }
        #expect(error?.summary.contains("1280 samples of silence") == true)

        let (imported, recording) = try fixture.importBytes(bytes, name: "20230201_101112.WAV")
        #expect(imported.notes.contains { $0.contains("1280 samples of silence") })
        #expect(try recording.waveBytes() == bytes)
        var options = ImportOptions()
        options.keepsCollapsedSilence = true
        #expect(try fixture.outcome(of: triggered, options) == .alreadyThere(imported.path))
    }

    @Test func `a plan of an import says what it would do, and nothing is imported`() throws {
        let fixture = try ImportFixture()
        let path = try fixture.file("20200101_000000.wav", Self.wave())
        guard case .planned(let preview) = try Importer(ImportOptions(), cache: BlockCache(budget: 0)).plan(for: path)
        else {
            Issue.record("it is not there yet")
            return
        }
        #expect(preview.codec == .flac)
        #expect(!preview.isCopied)
        #expect(preview.start?.origin.rawValue == "file name")
        #expect(try fixture.store.children(of: "pond").isEmpty)
    }
}
