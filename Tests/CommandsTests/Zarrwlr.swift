import Foundation
import Synchronization
import TestSupport

@testable import Commands

/// The result of `zarrwlr`, run in this process.
struct Zarrwlr {
    let status: Int32
    let output: [UInt8]
    let errors: String

    /// Its standard output as text.
    var text: String { String(decoding: output, as: UTF8.self) }

    static func run(_ arguments: String..., showsProgress: Bool = false, cacheFolder: String? = nil) -> Zarrwlr {
        run(arguments, showsProgress: showsProgress, cacheFolder: cacheFolder)
    }

    /// Runs it with `arguments`. What it learns of a store is kept in `cacheFolder`, if that is given.
    static func run(_ arguments: [String], showsProgress: Bool = false, cacheFolder: String? = nil) -> Zarrwlr {
        let (output, errors) = (Bytes(), Bytes())
        let streams = CommandStreams(
            output: { output.add(Array($0)) }, errors: { _ = errors.add(Array($0.utf8)) }, showsProgress: showsProgress,
            cacheFolder: cacheFolder)
        let status = ZarrwlrCommand(streams).run(arguments)
        return Zarrwlr(status: status, output: output.all, errors: String(decoding: errors.all, as: UTF8.self))
    }

    private final class Bytes: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var all: [UInt8] { bytes.withLock { $0 } }

        func add(_ more: [UInt8]) -> Bool {
            bytes.withLock { $0 += more }
            return true
        }
    }
}

/// A store with a FLAC recording `pond/0` and an Opus recording `pond/1`, and optionally a recording `pond/2` that cannot be read.
struct SmallStore {
    let path: String
    /// The folder that contains the store, removed with it.
    let directory: URL

    static func with<T>(broken: Bool = false, _ body: (SmallStore) throws -> T) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "a.zarr"))
            try store.addGroup("pond", attributes: TestStore.audioGroup)
            try store.addRecording(
                "pond/0", codec: "flac", blob: fixture("fixed.flac"), fileName: "night.wav",
                attributes: [
                    "nb_channels": 1, "first_sample_time_stamp": "2025-05-01T04:00:00+02:00",
                ])
            try store.addRecording("pond/1", codec: "opus", blob: fixture("celt.opus"), fileName: "day.wav")
            if broken { try store.addRecording("pond/2", codec: "flac", blob: [1, 2, 3]) }
            return try body(SmallStore(path: directory.appending(path: "a.zarr").path, directory: directory))
        }
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/\(name)")))
    }

    /// The path of `name` next to the store.
    func file(_ name: String) -> String { directory.appending(path: name).path }

    /// The bytes of the file at `path`.
    func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
}
