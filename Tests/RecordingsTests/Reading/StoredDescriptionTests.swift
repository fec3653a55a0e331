import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

@Suite struct `What a store says in a WAV file` {
    /// Calls `body` with the folder of a store of one Opus recording, `0`, whose group has `attributes` besides its own.
    private func withFolder(_ attributes: [String: Any], _ body: (URL) throws -> Void) throws {
        let blob = try StreamFixture.named("celt.opus").bytes
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: "opus", blob: blob, groupAttributes: attributes)
            try body(directory)
        }
    }

    private func catalogue(_ folder: URL, _ selection: MetadataSelection = .all) throws -> Catalogue {
        try Catalogue(
            store: DirectoryStore(path: folder.path), cache: BlockCache(budget: 1 << 20), metadata: selection,
            log: .silent)
    }

    private func recording(_ folder: URL, _ selection: MetadataSelection = .all) throws -> Recording {
        try catalogue(folder, selection).root.list().recording(0)
    }

    /// The GUANO fields of the header of `recording`, whose size must be the announced one.
    private func guano(_ recording: Recording) throws -> [String: String] {
        let layout = try #require(try recording.waveLayout())
        let extent = try #require(recording.waveExtent)
        #expect(UInt64(layout.head.count + layout.tail.count) + recording.dataByteCount == extent.fileSize)
        let bytes = layout.head
        let file = WaveBytes(byteCount: extent.fileSize) { range in
            (range.lowerBound..<range.upperBound).map { Int($0) < bytes.count ? bytes[Int($0)] : 0 }
        }
        let fields = try WaveMetadata(of: WaveSource(file), in: file).guano
        return Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test func `the importer's metadata are in the header, and as many bytes as were announced`() throws {
        let attributes: [String: Any] = [
            "base_features": ["filename": "pond.wav", "sha256": "00ff", "sampling_rate_per_stream": [48_000]],
            "Site": "reeds", "version": [1, 0],
            "source_metadata": [
                "guano": [
                    "Make": "Maker", "Loc Position": "49.5 -5.25", "User|A": "b", "Samplerate": "9", "Humidity": 80,
                ],
                "wamd": ["model": "SM4", "firmware": "2.3", "prefix": "P", "gpsfirst": "WGS84,1.5,N,2.5,W,310"],
                "info": ["ICMT": "a comment"], "ixml": "<BWFXML><PROJECT>Reeds &amp; co</PROJECT></BWFXML>",
                "start": ["time": "2024-05-31T22:39:11+02:00", "from": "set"],
            ],
        ]
        try withFolder(attributes) { folder in
            let recording = try recording(folder)
            let fields = try guano(recording)
            #expect(fields["Timestamp"] == "2024-05-31T22:39:11.000000+02:00")
            #expect(fields["Samplerate"] == "48000")
            #expect(fields["Make"] == "Maker")
            #expect(fields["Model"] == "SM4")
            #expect(fields["Loc Position"] == "49.5 -5.25")
            #expect(fields["Loc Elevation"] == "310.0")
            #expect(fields["Firmware Version"] == "2.3")
            #expect(fields["WA|prefix"] == "P")
            #expect(fields["iXML|PROJECT"] == "Reeds & co")
            #expect(fields["User|A"] == "b")
            #expect(fields["User|Site"] == "reeds")
            #expect(fields["Original Filename"] == "pond.wav")
            #expect(fields["ZARRWLR|Coding"] == "opus")
            #expect(fields["ZARRWLR|Lossless"] == "no")
            #expect(fields["ZARRWLR|Source SHA256"] == "00ff")
            #expect(recording.facts.elevation == 310)
            #expect(try recording.description().cues.isEmpty)
        }
    }

    @Test func `without places, there is none in the header nor in the facts`() throws {
        let attributes: [String: Any] = [
            "source_metadata": ["guano": ["Loc Position": "49.5 -5.25", "Loc Elevation": "12", "Note": "x"]]
        ]
        try withFolder(attributes) { folder in
            let selection = MetadataSelection.all.subtracting(.location)
            let recording = try recording(folder, selection)
            let fields = try guano(recording)
            #expect(fields["Note"] == "x")
            #expect(!fields.keys.contains { $0.hasPrefix("Loc") })
            #expect(recording.latitude == nil && recording.longitude == nil && recording.elevation == nil)
            #expect(try self.recording(folder).latitude == 49.5)
            #expect(try #require(try self.recording(folder, .none).waveLayout()).head.count == 44)
        }
    }

    @Test func `what an earlier mount learned is shown as another one selects`() throws {
        try withFolder(["source_metadata": ["guano": ["Loc Position": "49.5 -5.25"]]]) { folder in
            let path = folder.appending(path: "kept.sqlite").path
            for selection in [MetadataSelection.all, .none, .all.subtracting(.location), [.guano]] {
                let file = CatalogueFile(path: path, log: .silent)
                let kept = try Catalogue(
                    store: DirectoryStore(path: folder.path), cache: BlockCache(budget: 1 << 20), file: file,
                    metadata: selection, log: .silent)
                let recording = try kept.root.list().recording(0)
                let fresh = try self.recording(folder, selection)
                #expect(recording.facts == fresh.facts)
                let layouts = try [recording, fresh].map { try $0.waveLayout() }
                #expect(layouts[0] == layouts[1])
                kept.learn()
                file.save()
            }
        }
    }

    @Test func `texts that were changed since a recording was examined are an error`() throws {
        try withFolder(["Site": "reeds"]) { folder in
            let contents = try catalogue(folder).root.list()
            let recording = try contents.recording(0)
            let file = folder.appending(path: "0/zarr.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacingOccurrences(of: "reeds", with: "meads").utf8).write(to: file)
            #expect(throws: RecordingError.self) { try recording.waveLayout() }
            contents.relearn(0)
            #expect(try guano(contents.recording(0))["User|Site"] == "meads")
        }
    }

    @Test func `marks are at the samples of the recording, whatever the rate of the source was`() throws {
        let marks: [String: Any] = [
            "sample_rate": 16_000, "note": 60,
            "points": [["id": 1, "sample": 8_000, "length": 160, "label": "call"], ["id": 2, "sample": 5]],
            "loops": [["id": 3, "type": 0, "first": 16, "last": 32, "play_count": 0]],
        ]
        try withFolder(["source_metadata": ["marks": marks]]) { folder in
            let description = try recording(folder).description()
            #expect(description.cues.map(\.sample) == [24_000, 15])
            #expect(description.cues.first?.sampleCount == 480)
            #expect(description.cues.first?.label == "call")
            #expect(description.sampler?.loops.first?.last == 96)
        }
    }

    @Test(arguments: ["set", "GUANO"])
    func `a start that was set leaves out the source's chunks`(origin: String) throws {
        let texts: [String: Any] = [
            "chunks": [["id": "inst", "base64": "PAAAAH8Bfw=="]],
            "bext": ["umid": "AQID", "loudness": [-2300, 1, 2, 3, 4], "description": "a"],
            "start": ["time": "2024-05-31T22:39:11+02:00", "from": origin],
        ]
        try withFolder(["source_metadata": texts]) { folder in
            let recording = try recording(folder)
            _ = try guano(recording)
            let description = try recording.description()
            #expect(description.chunks.map(\.contents) == (origin == "set" ? [] : [[60, 0, 0, 0, 127, 1, 127]]))
            #expect(description.broadcast?.loudness == [-2300, 1, 2, 3, 4])
            #expect(try guano(self.recording(folder, .all.subtracting(.source)))["ZARRWLR|Coding"] == "opus")
        }
    }

    /// Whatever a document has in the place of texts: it is left out, and the sizes agree.
    @Test(arguments: [
        #"{"guano": [1, 2], "info": "x", "bext": 7, "tags": {"a": {"b": 1}}, "marks": {"points": "no"}}"#,
        #"{"guano": {"A\u0000B": "x\u0000y\nMake: z", "": "x", "a:b": "c", "TE": "1e300", "Note": "\r\n\u2028|:"}}"#,
        #"{"info": {"ICMT": "\u0000", "X": "y", "ÄÖ": "z", "IART": "\ud83d\udc26"}, "wamd": {"gpsfirst": "nan,nan"}}"#,
        #"{"bext": {"description": "\u0000x", "time_reference": -1, "coding_history": "a\u0000b", "origination_date": 3}}"#,
        #"{"marks": {"sample_rate": 0, "points": [{"id": 1, "sample": 18446744073709551615, "length": 18446744073709551615}]}}"#,
        #"{"chunks": [{"id": "data", "base64": "AAAA"}, {"id": "iXML"}, 7, {"id": "wamd", "base64": "%"}, {"id": "x", "base64": "AA=="}]}"#,
        #"{"chunks": [{"id": "wamd", "base64": "BQD/////AA=="}, {"id": "LIST", "base64": "SU5GTw=="}], "bext": {"umid": "AAAA", "loudness": [1, 70000]}}"#,
        #"{"marks": {"device": {"product": -1}, "note": 1, "loops": [{"id": 1, "type": 0, "first": 9, "last": 1, "play_count": 0}]}}"#,
        #"{"marks": {"sample_rate": 1, "points": [{"id": -1, "sample": 1}], "note": 5, "loops": []}, "ixml": "<NOTE><NOTE>"}"#,
    ])
    func `hostile documents have headers of the announced size`(json: String) throws {
        let fields = try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        try withFolder(["source_metadata": fields]) { folder in
            let fields = try guano(recording(folder))
            #expect(fields["Make"] == nil)
        }
    }

    @Test func `thousands of fields and long texts are bounded`() throws {
        var many: [String: String] = [:]
        for number in 0..<6_000 { many["User|\(number)"] = "x" }
        try withFolder(["source_metadata": ["guano": many, "info": ["ICMT": String(repeating: "y", count: 2 << 20)]]]) {
            let recording = try recording($0)
            #expect(try guano(recording).count < 4_200)
            #expect(try #require(try recording.waveLayout()).head.count < 3 << 20)
        }
    }

    @Test func `the tags in ffprobe's output are read, folded and quoted ones too`() {
        let yaml = """
            ffprobe:
              streams:
              - index: 0
                duration: 3.0
                tags:
                  language: eng
              format:
                filename: x.wav
                tags:
                  comment: Recorded at 20:26:15 03/09/2024 (UTC+1) by AudioMoth 24E144055E080032
                    at medium gain: really
                  'odd': 'it''s'
                  "title": "a\\nb \\x41 \\"c\\""
              after: 3
            mutagen: {}
            """
        #expect(
            SourceMetadata(yaml: yaml).tags == [
                MetadataField(name: "language", value: "eng"),
                MetadataField(
                    name: "comment",
                    value:
                        "Recorded at 20:26:15 03/09/2024 (UTC+1) by AudioMoth 24E144055E080032 at medium gain: really"),
                MetadataField(name: "odd", value: "it's"), MetadataField(name: "title", value: "a\nb A \"c\""),
            ])
    }

    @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
    func `zarrwlr's own stores say what ffprobe found`() throws {
        let stores = try #require(SharedMaterial.directory).appending(path: "stores")
        let catalogue = try catalogue(stores.appending(path: "opus-ultrasonic-2025-06-02.zarr"))
        let bat = try #require(try catalogue.recording(at: "bat/0"))
        let fields = try guano(bat)
        #expect(fields["Timestamp"] == "2024-09-03T20:36:15.000000+01:00")
        #expect(fields["Model"] == "AudioMoth")
        #expect(fields["Serial"] == "24E144055E080032")
        #expect(fields["Temperature Int"] == "19.3")
        #expect(fields["Original Filename"] == "Audiomoth.WAV")
        #expect(fields["Make"] == nil)
        let info = String(decoding: try bat.description().chunks([.info, .location]), as: UTF8.self)
        #expect(info.contains("ICMT") && info.contains("Amplitude threshold was 4% with 5s minimum trigger duration."))
    }
}
