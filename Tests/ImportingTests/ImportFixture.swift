import Foundation
import Importing
import Recordings
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

/// A store to import into, and a folder for its sources; both go when this does.
final class ImportFixture {
    let folder: URL
    let store: DirectoryStore
    let group: AudioGroup
    private let cache = BlockCache(budget: 16 << 20)

    init(group: String = "pond") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try DirectoryStore.create(path: folder.appending(path: "store.zarr").path)
        self.group = try AudioGroup(in: store, path: group)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// When the files of `file` were last modified.
    static let modified = Date(timeIntervalSince1970: 1_700_000_000)

    /// Writes `bytes` to a file of that name and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        try FileManager.default.setAttributes([.modificationDate: Self.modified], ofItemAtPath: file.path)
        return file.path
    }

    /// Imports the file at `path` with `options`.
    func outcome(of path: String, _ options: ImportOptions = ImportOptions()) throws -> Importer.Outcome {
        try Importer(options, cache: cache).importSource(at: path, into: group) { _ in }
    }

    /// What importing the file at `path` with `options` would do.
    func preview(of path: String, _ options: ImportOptions = ImportOptions()) throws -> ImportPreview {
        guard case .planned(let preview) = try Importer(options, cache: cache).plan(for: path) else {
            throw CocoaError(.fileWriteFileExists)
        }
        return preview
    }

    /// Imports the file at `path` and returns what became of it, and the recording as it is read back.
    func importFile(
        _ path: String, _ options: ImportOptions = ImportOptions()
    ) throws -> (imported: ImportedRecording, recording: Recording) {
        guard case .imported(let imported) = try outcome(of: path, options) else {
            throw CocoaError(.fileWriteFileExists)
        }
        return (imported, try Recording(store: store, path: imported.path, cache: cache, log: .silent))
    }

    /// Imports a file of `bytes`.
    func importBytes(
        _ bytes: [UInt8], name: String = "source.wav", _ options: ImportOptions = ImportOptions()
    ) throws -> (imported: ImportedRecording, recording: Recording) {
        try importFile(file(name, bytes), options)
    }

    /// The array `name` of `recording`.
    func array(_ name: String, of recording: Recording) throws -> ZarrArray {
        try ZarrArray.open(store, path: "\(recording.path)/\(name)", cache: cache)
    }

    /// All bytes of an array of bytes.
    func bytes(_ name: String, of recording: Recording) throws -> [UInt8] {
        let array = try array(name, of: recording)
        var bytes = [UInt8](repeating: 0, count: Int(array.byteCount))
        try bytes.withUnsafeMutableBytes { try array.read(bytes: 0..<array.byteCount, into: $0) }
        return bytes
    }

    /// The rows of a table of `uint64`.
    func rows(_ name: String, of recording: Recording) throws -> [[UInt64]] {
        let array = try array(name, of: recording)
        let columns = Int(array.shape[1])
        var numbers = [UInt64](repeating: 0, count: Int(array.shape[0]) * columns)
        try numbers.withUnsafeMutableBytes { try array.read(start: [0, 0], count: array.shape, into: $0) }
        return stride(from: 0, to: numbers.count, by: columns).map { Array(numbers[$0..<$0 + columns]) }
    }

    /// The attributes of the node at `path`.
    func attributes(_ path: String) throws -> [String: Any] {
        let data = try Data(contentsOf: folder.appending(path: "store.zarr/\(path)/zarr.json"))
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(document["attributes"] as? [String: Any])
    }
}

extension Recording {
    /// The bytes of its samples.
    func sampleBytes() throws -> [UInt8] {
        try samples.read(bytes: 0..<dataByteCount).flatMap { Array($0.bytes) }
    }

    /// The bytes of its WAV file.
    func waveBytes() throws -> [UInt8] {
        let layout = try #require(try waveLayout())
        return try layout.head + sampleBytes() + layout.tail
    }
}
