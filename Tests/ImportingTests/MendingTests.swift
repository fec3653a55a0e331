import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import Zarr

/// `check --repair --from`: damaged stores, and copies of them.
struct MendingTests {
    /// A store with one recording, a copy of it, and what the recording is.
    private struct Pair {
        let fixture: ImportFixture
        let path: String
        let own: URL
        let copy: URL
        let good: Reading

        init(_ source: RotTests.Source) throws {
            try self.init { try source.recording(in: $0).path }
        }

        init(_ write: (ImportFixture) throws -> String) throws {
            fixture = try ImportFixture()
            path = try write(fixture)
            own = fixture.folder.appending(path: "store.zarr")
            copy = fixture.folder.appending(path: "copy.zarr")
            try FileManager.default.copyItem(at: own, to: copy)
            good = try Reading(path, in: own)
            try #require(good.header != nil && good.errorCount == 0 && !good.pieces.isEmpty)
        }

        /// Mends the store, and returns what was found.
        func mend() throws -> [Finding] {
            try ImportedFiles.findings(own, isRepairing: true, from: copy)
        }

        /// Whether the recording is what it was.
        var isRight: Bool {
            get throws {
                let now = try Reading(path, in: own)
                return now.header == good.header && now.pieces == good.pieces
            }
        }

        /// A file of the recording, in the store or in the copy.
        func file(_ name: String, in side: URL) -> URL { side.appending(path: "\(path)/\(name)") }

        /// The bytes of all files below `side`, by name.
        func state(of side: URL) throws -> [String: Data] {
            var state: [String: Data] = [:]
            for documents in [true, false] {
                for file in try ImportedFiles.all(below: side, documents: documents) {
                    state[file.path] = try Data(contentsOf: file)
                }
            }
            return state
        }
    }

    private enum Damage: CaseIterable {
        case flip, cut, delete, zeros

        func apply(to file: URL) throws {
            var bytes = try Data(contentsOf: file)
            switch self {
            case .flip: bytes[bytes.count / 2] ^= 0x10
            case .cut: bytes = bytes.prefix(bytes.count / 2)
            case .zeros: bytes = Data(repeating: 0, count: bytes.count)
            case .delete: return try FileManager.default.removeItem(at: file)
            }
            try bytes.write(to: file)
        }
    }

    private func flip(_ file: URL, at place: Int) throws {
        var bytes = try Data(contentsOf: file)
        bytes[place] ^= 0x10
        try bytes.write(to: file)
    }

    /// The attributes of the node at `folder`, but for its checksum.
    private func attributes(_ folder: URL) throws -> NSDictionary {
        let data = try Data(contentsOf: folder.appending(path: "zarr.json"))
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var attributes = try #require(document["attributes"] as? [String: Any])
        attributes["zarrwlr_crc32c"] = nil
        return attributes as NSDictionary
    }

    @Test(arguments: RotTests.Source.all)
    func `damage of any file of a recording is mended from a copy, and the recording is what it was`(
        _ source: RotTests.Source
    ) throws {
        let pair = try Pair(source)
        let recording = pair.own.appending(path: pair.path)
        let attributes = try attributes(recording)
        for damage in Damage.allCases {
            let files = try [true, false].flatMap { try ImportedFiles.all(below: recording, documents: $0) }
            for file in files where FileManager.default.fileExists(atPath: file.path) {
                try damage.apply(to: file)
                let findings = try pair.mend()
                let place = "\(damage) of \(file.path.dropFirst(pair.own.path.count))"
                let isMended = findings.allSatisfy { $0.repair == .done }
                #expect(isMended, "\(place): \(findings.map(\.description))")
                let isRight = try pair.isRight
                #expect(isRight, "\(place): the recording is another")
                let left = try ImportedFiles.findings(pair.own).filter { $0.kind != .note }
                #expect(left.isEmpty, "\(place): \(left.map(\.description))")
                let now = try self.attributes(recording)
                #expect(now == attributes, "\(place)")
            }
        }
        #expect(try DirectoryStore(path: pair.own.path).leftovers() == [])
    }

    @Test(arguments: RotTests.Source.all)
    func `good parts are taken from both sides if the copy is damaged, too, in other places`(
        _ source: RotTests.Source
    ) throws {
        let pair = try Pair(source)
        let blob = "audio_data_blob_array/c/0"
        let arrays = try FileManager.default.contentsOfDirectory(atPath: pair.own.appending(path: pair.path).path)
        let index = try #require(
            arrays.sorted().first { $0.hasSuffix("_index") } ?? arrays.sorted().first { $0 == "source_head" })
        let byteCount = try Data(contentsOf: pair.file(blob, in: pair.own)).count
        let isCoded = arrays.contains("audio_crc32c")
        // The copy has lost its index, and another part of the sound.
        let chunk = try ImportedFiles.all(below: pair.file(index, in: pair.copy), documents: false)[0]
        try Damage.flip.apply(to: chunk)
        // Some fixtures are a single block of bytes with a checksum.
        if isCoded, byteCount > 7_000 { try flip(pair.file(blob, in: pair.copy), at: byteCount / 4) }
        try flip(pair.file(blob, in: pair.own), at: 3 * byteCount / 4)
        try FileManager.default.removeItem(at: pair.file("audio_data_blob_array/zarr.json", in: pair.own))
        let before = try pair.state(of: pair.copy)
        let findings = try pair.mend()
        #expect(findings.allSatisfy { $0.repair == .done }, "\(findings.map(\.description))")
        let isRight = try pair.isRight
        #expect(isRight)
        #expect(try ImportedFiles.findings(pair.own).isEmpty)
        let isUntouched = try pair.state(of: pair.copy) == before
        #expect(isUntouched, "the copy was written to")
    }

    @Test(arguments: RotTests.Source.all)
    func `what is damaged on both sides is named and left`(_ source: RotTests.Source) throws {
        let pair = try Pair(source)
        let blob = "audio_data_blob_array/c/0"
        let byteCount = try Data(contentsOf: pair.file(blob, in: pair.own)).count
        for side in [pair.own, pair.copy] { try flip(pair.file(blob, in: side), at: byteCount / 2) }
        let before = try pair.state(of: pair.own)
        let findings = try pair.mend()
        #expect(findings.contains { $0.kind == .fault && $0.repair != .done })
        #expect(findings.contains { $0.problem.hasPrefix("cannot be mended from the copy: ") })
        let isUntouched = try pair.state(of: pair.own) == before
        #expect(isUntouched)
    }

    @Test(arguments: [AudioCodec.flac, .aac, .opus, .pcm], [false, true])
    func `a copy with another recording in the same place is never mixed in`(
        _ codec: AudioCodec, isSameSource: Bool
    ) throws {
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", OddSource.noise(3 * 24_000))
        let sound = builder.bytes
        let pair = try Pair { fixture in
            var options = ImportOptions()
            options.codec = codec
            return try fixture.importBytes(sound, options).recording.path
        }
        try FileManager.default.removeItem(at: pair.copy)
        let others = try ImportFixture()
        var options = ImportOptions()
        // The same source in another coding, or another source in the same.
        options.codec = isSameSource ? (codec == .opus ? .aac : .opus) : codec
        var other = sound
        if !isSameSource { for place in stride(from: 1_001, to: other.count, by: 2) { other[place] ^= 0x55 } }
        _ = try others.importBytes(other, options)
        try FileManager.default.copyItem(at: others.folder.appending(path: "store.zarr"), to: pair.copy)
        for name in ["audio_data_blob_array/c/0", "audio_data_blob_array/zarr.json", "zarr.json", "audio_crc32c/c/0"] {
            let file = pair.file(name, in: pair.own)
            guard let bytes = try? Data(contentsOf: file) else { continue }
            for damage in [Damage.flip, .delete] {
                try damage.apply(to: file)
                let before = try pair.state(of: pair.own)
                let findings = try pair.mend()
                let isUntouched = try pair.state(of: pair.own) == before
                #expect(isUntouched, "\(damage) of \(name): \(findings.map(\.description))")
                #expect(findings.contains { $0.kind != .note && $0.repair != .done }, "\(damage) of \(name)")
                try bytes.write(to: file)
            }
        }
        #expect(try ImportedFiles.findings(pair.own).isEmpty)
    }

    @Test(arguments: [AudioCodec.flac, .opus, .pcm])
    func `a copy whose arrays are chunked in another way mends as well`(_ codec: AudioCodec) throws {
        let pair = try Pair(RotTests.Source(codec: codec))
        let store = try DirectoryStore(path: pair.copy.path)
        let cache = BlockCache(budget: 1 << 20)
        for name in try store.children(of: pair.path) {
            let array = try ZarrArray.open(store, path: "\(pair.path)/\(name)", cache: cache)
            let node = try store.stageNode()
            let rowShape = array.shape.dropFirst().map { Int($0) }
            // Of the header of an Opus stream, nothing but its own checksum proves what it was.
            let plan = try ArrayPlan(
                array.dataType, rowShape: rowShape, chunkRows: 777, compression: codec == .opus ? [.crc32c] : [])
            let writer = ArrayWriter(in: node, plan)
            var bytes = [UInt8](repeating: 0, count: Int(array.byteCount))
            try bytes.withUnsafeMutableBytes {
                try array.read(start: array.shape.map { _ in 0 }, count: array.shape, into: $0)
            }
            try writer.append(bytes)
            try writer.finish(attributes: array.attributes(as: [String: JSONValue].self))
            try node.replace("\(pair.path)/\(name)")
        }
        for name in try DirectoryStore(path: pair.own.path).children(of: pair.path) where name != "audio_crc32c" {
            for file in try ImportedFiles.all(below: pair.file(name, in: pair.own), documents: false) {
                try Damage.flip.apply(to: file)
            }
            let findings = try pair.mend()
            #expect(findings.allSatisfy { $0.repair == .done }, "\(name): \(findings.map(\.description))")
            let isRight = try pair.isRight
            #expect(isRight, "\(name)")
            #expect(try ImportedFiles.findings(pair.own).isEmpty, "\(name)")
        }
    }

    @Test func `documents of groups are mended, and the recordings below are found again`() throws {
        let pair = try Pair(RotTests.Source(codec: .flac))
        let document = pair.own.appending(path: "pond/zarr.json")
        let bytes = try Data(contentsOf: document)
        for damage in Damage.allCases {
            try damage.apply(to: document)
            let findings = try pair.mend()
            #expect(findings.map(\.recording) == ["pond"] && findings.map(\.repair) == [.done], "\(damage)")
            #expect(try Data(contentsOf: document) == bytes)
        }
    }

    @Test func `a recording that only the copy has is named, and not written`() throws {
        let pair = try Pair(RotTests.Source(codec: .flac))
        try FileManager.default.removeItem(at: pair.own.appending(path: pair.path))
        let findings = try pair.mend()
        #expect(findings.map(\.kind) == [.unchecked] && findings.map(\.recording) == [pair.path])
        #expect(!FileManager.default.fileExists(atPath: pair.own.appending(path: pair.path).path))
    }

    @Test func `a document that another program has changed, or that is newer than the copy's, is left as it is`()
        throws
    {
        let pair = try Pair(RotTests.Source(codec: .flac))
        let document = pair.file("zarr.json", in: pair.own)
        let written = try Data(contentsOf: document)
        // As zarr-python writes it.
        let changed = String(decoding: written, as: UTF8.self)
            .replacing(" : ", with: ": ").replacing("\"base_features\"", with: "\"note\": \"mine\", \"base_features\"")
        try Data(changed.utf8).write(to: document)
        let findings = try pair.mend()
        #expect(findings.contains { $0.kind == .fault && $0.repair != .done })
        #expect(try Data(contentsOf: document) == Data(changed.utf8))
        // A new name since the copy, and then damage.
        try written.write(to: document)
        _ = try RecordingEditor(DirectoryStore(path: pair.own.path)).set(pair.path, to: [.name("a better name.wav")])
        try flip(document, at: Data(contentsOf: document).count / 2)
        let newer = try Data(contentsOf: document)
        #expect(try pair.mend().contains { $0.kind == .fault && $0.repair != .done })
        #expect(try Data(contentsOf: document) == newer)
    }

    @Test func `arrays that nothing proves are named and left`() throws {
        let pair = try Pair { fixture in
            let store = fixture.store
            let node = try store.stageNode()
            let writer = ArrayWriter(in: node, try ArrayPlan(.int16, chunkRows: 100))
            try writer.append([UInt8](repeating: 5, count: 2_000))
            try writer.finish(attributes: ["sample_rate": 8_000])
            #expect(try node.publish(as: "sound"))
            return "sound"
        }
        let chunk = pair.file("c/3", in: pair.own)
        try Damage.cut.apply(to: chunk)
        let findings = try pair.mend()
        #expect(findings.contains { $0.kind == .fault && $0.repair == .impossible })
        #expect(try Data(contentsOf: chunk).count == 100)
    }
}
