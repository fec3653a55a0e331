import Foundation
import Glibc
import Support
import TestSupport
import Testing

extension Mounts {
    /// What `zarrwlr` and a mount must have in common.
    @Suite struct Extraction {
        /// The path, the size, the time and the SHA-256 of each file below `folder`, and the paths of directories.
        private static func listing(_ folder: String) throws -> [String] {
            let script = """
                cd "$0" && find . -mindepth 1 -path ./.zarrwlr -prune -o -type d -printf '%p/\\0' -o -printf '%p %s %T@\\0' &&
                find . -mindepth 1 -path ./.zarrwlr -prune -o -type f -exec sha256sum -z {} +
                """
            let result = try run("sh", "-c", script, folder)
            try #require(result.status == 0, "\(result.errors)")
            return result.output.split(separator: 0).map { Data($0).base64EncodedString() }.sorted()
        }

        /// Extracts the store at `path` and compares the copy with a mount.
        private static func compare(_ path: String, group: String = "") throws -> Int {
            try TestFiles.withTemporaryDirectory { directory in
                let copy = directory.appending(path: "copy").path
                for _ in 0..<2 {
                    let result = try run(
                        Imports.program, ["extract", group.isEmpty ? path : "\(path)::\(group)", "-o", copy])
                    #expect(result.status == 0, "\(result.errors)")
                }
                let options = ["-o", "metadata=all,views=none" + (group.isEmpty ? "" : ",group=\(group)")]
                return try MountedStore.with(path, options) { mount in
                    let expected = try Self.listing(mount.mountpoint.path)
                    #expect(try Self.listing(copy) == expected)
                    return expected.count
                }
            }
        }

        @Test func `an extracted store has the names, bytes and times of a mount, whatever the names`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let blob = try MountedStore.fixture("coded/single.flac")
                let long = String(repeating: "ü", count: 300)
                let names = [
                    "0": "../../etc/passwd", "1": "a.wav", "2": "a.flac", "3": "..", "4": "", "5": "line\nfeed",
                    "6": long, "7": ".zarrwlr", "8": "a~2.wav",
                ]
                for (number, name) in names {
                    try store.addRecording(
                        number, codec: "flac", blob: blob, fileName: name,
                        attributes: [
                            "nb_channels": 1, "first_sample_time_stamp": "2025-05-01T04:00:0\(number).25+02:00",
                        ])
                }
                try store.addGroup(".zarrwlr")
                try store.addGroup("quiet/night")
                try store.addGroup("quiet")
                // Names that are no UTF-8 come into a store by an import.
                let folder = "\(directory.path)/card/\(String(fileBytes: [0xFF, 0x41]))"
                #expect(mkdir("\(directory.path)/card", 0o777) == 0)
                #expect(folder.withFileName { mkdir($0, 0o777) } == 0)
                for (name, value) in [(String(fileBytes: [0x63, 0xE9, 0x2E, 0x77, 0x61, 0x76]), 1), ("b.wav", 2)] {
                    var builder = WaveBuilder()
                    builder.addFormat()
                    builder.add("data", (0..<100).flatMap { _ in WaveBuilder.littleEndian(Int16(value)) })
                    let descriptor = "\(folder)/\(name)".withFileName { open($0, O_WRONLY | O_CREAT, 0o666) }
                    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                    try file.write(contentsOf: Data(builder.bytes))
                }
                let path = store.directory.path
                let result = try run(Imports.program, ["import", "--keep-tree", path, "\(directory.path)/card"])
                #expect(result.status == 0, "\(result.errors)")
                // Eleven files twice, and four directories.
                #expect(try Self.compare(path) == 26)
                #expect(try Self.compare(path, group: "quiet") == 1)
            }
        }

        @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
        func `extracted stores of every codec have the bytes of a mount`() throws {
            let stores = try #require(SharedMaterial.directory).appending(path: "stores")
            let names = try FileManager.default.contentsOfDirectory(atPath: stores.path).filter {
                $0.hasSuffix(".zarr")
            }
            #expect(names.count == 5)
            // The recording of one cannot be served.
            for name in names where !name.hasPrefix("opus-raw") {
                #expect(try Self.compare(stores.appending(path: name).path) > 1, "\(name)")
            }
        }

        @Test func `Ctrl-C ends an extraction with a word, and neither it nor a kill leaves an incomplete file`() throws
        {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                let blob = try Array(Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/celt.opus")))
                for number in 0..<80 {
                    try store.addRecording("\(number)", codec: "opus", blob: blob, fileName: "\(number).wav")
                }
                let copy = directory.appending(path: "copy").path
                func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: copy)) ?? [] }
                for signal in [SIGINT, SIGKILL] {
                    let process = Process()
                    // The tests may run where signals are ignored.
                    process.executableURL = URL(filePath: "/usr/bin/env")
                    process.arguments = [
                        "--default-signal=INT,TERM", Imports.program.path, "extract", store.directory.path, "-o", copy,
                        "--catalogue", "off",
                    ]
                    let errors = Pipe()
                    process.standardError = errors
                    let before = names().count
                    try process.run()
                    #expect(eventually { names().count > before + 2 })
                    kill(process.processIdentifier, signal)
                    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                    process.waitUntilExit()
                    #expect(process.terminationReason == .uncaughtSignal)
                    #expect(process.terminationStatus == signal)
                    if signal == SIGINT {
                        #expect(
                            text.contains(/zarrwlr extract: interrupted; [0-9]+ files were not written\n/), "\(text)")
                        #expect(names().allSatisfy { $0.hasSuffix(".wav") })
                    }
                    let sizes = try names().filter { $0.hasSuffix(".wav") }.map { name in
                        try FileManager.default.attributesOfItem(atPath: "\(copy)/\(name)")[.size] as? Int
                    }
                    #expect(Set(sizes).count == 1 && sizes.count < 80)
                }
                #expect(try Self.compare(store.directory.path) == 160)
                let result = try run(Imports.program, ["extract", store.directory.path, "-o", copy])
                #expect(result.status == 0)
                #expect(names().count == 80)
            }
        }

        @Test func `list reads what a mount has learned, and a mount what list has`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
                let cache = directory.appending(path: "cache")
                let environment = ["XDG_CACHE_HOME": cache.path]
                func list(_ path: String) throws -> ProgramResult {
                    try run(Imports.program, ["list", path], environment: environment)
                }
                let table = try MountedStore.with(store.directory.path, environment: environment) { mount in
                    try mount.text(".zarrwlr/recordings.csv")
                }
                let kept = try FileManager.default.contentsOfDirectory(atPath: "\(cache.path)/zarrwlr")
                #expect(kept.count == 1)
                // A change inside a chunk shows only to those who read it.
                let chunk = try FileHandle(
                    forWritingTo: store.directory.appending(path: "0/audio_data_blob_array/c/0"))
                try chunk.write(contentsOf: Data("nothing".utf8))
                try chunk.close()
                try FileManager.default.createSymbolicLink(
                    at: directory.appending(path: "link"), withDestinationURL: store.directory)
                for path in [store.directory.path, "\(store.directory.path)/", directory.appending(path: "link").path] {
                    let listing = try list(path)
                    #expect(listing.status == 0 && listing.text.contains("source.wav"), "\(listing.errors)")
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: "\(cache.path)/zarrwlr") == kept)
                let again = try MountedStore.with(store.directory.path, environment: environment) { mount in
                    try mount.text(".zarrwlr/recordings.csv")
                }
                #expect(again == table)
            }
        }

        @Test(.enabled(if: isInstalled("python3"), "needs python3"))
        func `list does without a catalogue that another program has locked`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                try store.addRecording("0", codec: "flac", blob: MountedStore.fixture("coded/mono16.flac"))
                let script = """
                    import sqlite3, subprocess, sys
                    program, store, catalogue = sys.argv[1:]
                    arguments = [program, "list", store, "--catalogue", catalogue]
                    subprocess.run(arguments, check=True)
                    connection = sqlite3.connect(catalogue, isolation_level=None)
                    connection.execute("BEGIN EXCLUSIVE")
                    subprocess.run(arguments, check=True)
                    """
                let catalogue = directory.appending(path: "c.sqlite").path
                let result = try run(
                    "python3", "-c", script, Imports.program.path, store.directory.path, catalogue)
                #expect(result.status == 0, "\(result.errors)")
                let lines = result.text.split(separator: "\n")
                #expect(lines.count == 6 && lines[..<3] == lines[3...])
            }
        }
    }
}
