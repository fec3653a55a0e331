import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

/// Sources whose recordings are in the group, whole or not.
struct AlreadyThereTests {
    /// Two seconds of noise.
    private static func wave() -> [UInt8] {
        var random = RepeatableRandom(seed: 8)
        var wave = WaveBuilder()
        wave.addFormat()
        wave.add("data", (0..<192_000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        return wave.bytes
    }

    /// What becomes of a second import of `wave()` with `options`, by another process, after `damage` to the folder of the first.
    private static func outcome(
        _ options: ImportOptions, after damage: (_ recording: URL) throws -> Void
    ) throws -> (outcome: Importer.Outcome, fixture: ImportFixture, path: String) {
        let fixture = try ImportFixture()
        let path = try fixture.file("a.wav", wave())
        _ = try fixture.importFile(path, options)
        try damage(fixture.folder.appending(path: "store.zarr/pond/0"))
        let store = try DirectoryStore(path: fixture.folder.appending(path: "store.zarr").path)
        let outcome = try Importer(options, cache: BlockCache(budget: 1 << 20))
            .importSource(at: path, into: AudioGroup(in: store, path: "pond")) { _ in }
        return (outcome, fixture, path)
    }

    private static func options(_ codec: AudioCodec, _ proof: RecordingProof = .structure) -> ImportOptions {
        var options = ImportOptions()
        options.codec = codec
        options.proof = proof
        return options
    }

    /// The chunks of the array `name`.
    private static func chunks(_ recording: URL, _ name: String = HierarchyNames.blob) throws -> [URL] {
        let folder = recording.appending(path: name)
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        return files.compactMap { $0 as? URL }.filter { $0.lastPathComponent != "zarr.json" && !$0.hasDirectoryPath }
            .sorted { $0.path < $1.path }
    }

    private static let damages: [(what: String, damage: @Sendable (URL) throws -> Void)] = [
        ("a chunk is lost", { try FileManager.default.removeItem(at: try #require(chunks($0).last)) }),
        (
            "a chunk is cut short",
            {
                let chunk = try #require(try chunks($0).last)
                try Data(contentsOf: chunk).dropLast(100).write(to: chunk)
            }
        ),
        ("the audio is lost", { try FileManager.default.removeItem(at: $0.appending(path: HierarchyNames.blob)) }),
        (
            "only the attributes are left",
            { recording in
                for name in try FileManager.default.contentsOfDirectory(atPath: recording.path)
                where name != "zarr.json" {
                    try FileManager.default.removeItem(at: recording.appending(path: name))
                }
            }
        ),
        ("a document is empty", { try Data().write(to: $0.appending(path: "\(HierarchyNames.blob)/zarr.json")) }),
    ]

    @Test(arguments: [AudioCodec.flac, .aac, .opus], damages.indices)
    func `a source whose recording is not whole is imported anew, and the note says why`(codec: AudioCodec, damage: Int)
        throws
    {
        let (what, damage) = Self.damages[damage]
        let (outcome, fixture, path) = try Self.outcome(Self.options(codec), after: damage)
        guard case .imported(let imported) = outcome else {
            Issue.record("\(what): \(outcome)")
            return
        }
        #expect(imported.path == "pond/1")
        #expect(
            imported.notes.contains { $0.hasPrefix("imported anew, since /pond/0, of the same source, is damaged (") },
            "\(what): \(imported.notes)")
        let again = try Importer(Self.options(codec), cache: BlockCache(budget: 1 << 20)).importSource(
            at: path, into: AudioGroup(in: fixture.store, path: "pond")
        ) { _ in }
        #expect(again == .alreadyThere("pond/1"))
    }

    @Test(arguments: [AudioCodec.flac, .aac, .opus], [RecordingProof.structure, .everything])
    func `a source whose recording is whole is there already`(codec: AudioCodec, proof: RecordingProof) throws {
        #expect(try Self.outcome(Self.options(codec, proof)) { _ in }.outcome == .alreadyThere("pond/0"))
    }

    @Test func `a wrong bit in the audio of a recording is found if all of it is compared`() throws {
        func flip(_ recording: URL) throws {
            let chunk = try #require(try Self.chunks(recording).first)
            var bytes = try Data(contentsOf: chunk)
            bytes[bytes.count / 4] ^= 4
            try bytes.write(to: chunk)
        }
        #expect(try Self.outcome(Self.options(.flac), after: flip).outcome == .alreadyThere("pond/0"))
        guard case .imported = try Self.outcome(Self.options(.flac, .everything), after: flip).outcome else {
            Issue.record("it was not found")
            return
        }
    }

    @Test func `a preview says that a recording is damaged`() throws {
        let (_, fixture, path) = try Self.outcome(Self.options(.flac)) { _ in }
        try FileManager.default.removeItem(
            at: fixture.folder.appending(path: "store.zarr/pond/0/\(HierarchyNames.blob)"))
        let store = try DirectoryStore(path: fixture.folder.appending(path: "store.zarr").path)
        let importer = Importer(Self.options(.flac), cache: BlockCache(budget: 1 << 20))
        guard
            case .planned(let preview) = try importer.plan(
                for: path, besides: GroupSources(of: "pond", in: store))
        else {
            Issue.record("it is not imported")
            return
        }
        #expect(preview.notes.first?.hasPrefix("imported anew, since /pond/0") == true)
    }
}
