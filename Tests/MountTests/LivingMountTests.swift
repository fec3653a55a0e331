import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// A store that changes while it is mounted.
    @Suite(.timeLimit(.minutes(5))) struct `A mount of a store that changes` {
        private typealias Names = [String]

        /// A store in a folder of its own, sources for it, and a mount of it.
        private struct Living {
            let store: String
            let folder: URL
            let mounted: MountedStore

            /// Runs `zarrwlr` with `arguments`.
            func zarrwlr(_ arguments: String...) throws {
                let result = try run(Imports.program, arguments)
                try #require(result.status == 0, "\(arguments): \(result.errors)")
            }

            /// Imports a source called `name` whose samples say `value` into `group`.
            func add(_ name: String, _ value: Int16, to group: String) throws {
                try zarrwlr("import", "\(store)::\(group)", source(name, value).path)
            }

            func source(_ name: String, _ value: Int16) throws -> URL {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<20_000).flatMap { _ in WaveBuilder.littleEndian(value) })
                let source = folder.appending(path: name)
                try Data(builder.bytes).write(to: source)
                return source
            }

            /// Whether the directory `path` of the mount shows `names` within a few seconds.
            func shows(_ names: [String], in path: String) throws -> Bool {
                for _ in 0..<500 {
                    if try mounted.names(path) == names { return true }
                    usleep(10_000)
                }
                return false
            }

            /// The first sample of the file at `path` of the mount.
            func sample(_ path: String) throws -> Int16 {
                let bytes = try mounted.bytes(path)
                return Int16(truncatingIfNeeded: Int(bytes[44]) | Int(bytes[45]) << 8)
            }
        }

        /// Calls `body` with a mount, with `options`, of a store with the recording a.wav in the group pond.
        private func withMount(
            _ options: String = "noprefetch", _ body: (Living) throws -> Void
        ) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = directory.appending(path: "s.zarr").path
                let sources = directory.appending(path: "sources")
                try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<20_000).flatMap { _ in WaveBuilder.littleEndian(Int16(1)) })
                try Data(builder.bytes).write(to: sources.appending(path: "a.wav"))
                try runChecked([Imports.program.path, "import", "\(store)::pond", "\(sources.path)/a.wav"])
                try MountedStore.with(store, ["-o", options]) { mounted in
                    let living = Living(store: store, folder: sources, mounted: mounted)
                    #expect(try living.shows(["a.wav"], in: "pond"))
                    try body(living)
                }
            }
        }

        @Test func `recordings that are imported appear, also under names that were looked for before`() throws {
            try withMount { living in
                #expect(access(living.mounted.file("pond/b.wav").path, F_OK) == -1)
                #expect(access(living.mounted.file("lake").path, F_OK) == -1)
                let before = try run("stat", "-c", "%Y", living.mounted.file("pond").path).text
                try living.add("b.wav", 2, to: "pond")
                #expect(try living.shows(["a.wav", "b.wav"], in: "pond"))
                #expect(try living.sample("pond/b.wav") == 2)
                let after = try run("stat", "-c", "%Y", living.mounted.file("pond").path).text
                #expect(try #require(Int(after)) >= #require(Int(before)))
                try living.add("c.wav", 3, to: "lake/deep")
                #expect(try living.shows(["lake", "pond"], in: ""))
                #expect(try living.shows(["c.wav"], in: "lake/deep"))
                #expect(try living.sample("lake/deep/c.wav") == 3)
                let table = try living.mounted.text(".zarrwlr/recordings.csv")
                #expect(table.split(separator: "\n").count == 4)
                #expect(table.contains("lake/deep/c.wav,"))
            }
        }

        @Test
        func `a mount that lists from the store's catalogue shows what it finds when it has examined the recordings`()
            throws
        {
            try TestFiles.withTemporaryDirectory { directory in
                let store = directory.appending(path: "s.zarr")
                let sources = directory.appending(path: "sources")
                try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
                for number in 0..<70 {
                    var builder = WaveBuilder()
                    builder.addFormat()
                    builder.add("data", (0..<(1000 + number)).flatMap { WaveBuilder.littleEndian(Int16($0)) })
                    try Data(builder.bytes).write(to: sources.appending(path: "\(10 + number).wav"))
                }
                try runChecked([Imports.program.path, "import", "-q", "\(store.path)::pond", sources.path])
                try runChecked([Imports.program.path, "catalogue", store.path])
                // One has the audio of another, and one has none.
                let pond = store.appending(path: "pond")
                for name in ["audio_data_blob_array", "audio_crc32c", "flac_index", "source_head"] {
                    try FileManager.default.removeItem(at: pond.appending(path: "5/\(name)"))
                    try FileManager.default.copyItem(
                        at: pond.appending(path: "69/\(name)"), to: pond.appending(path: "5/\(name)"))
                }
                try FileManager.default.removeItem(at: pond.appending(path: "7/audio_data_blob_array/c"))

                func list(_ mounted: MountedStore) throws -> String {
                    try run("sh", "-c", "stat -c '%n %s' \(mounted.file("pond").path)/*.wav").text
                }
                try MountedStore.with(store.path, ["-o", "noprefetch,catalogue=off"]) { mounted in
                    // Whatever the kernel keeps of these.
                    for name in ["15.wav", "17.wav"] { _ = access(mounted.file("pond/\(name)").path, F_OK) }
                    _ = try list(mounted)
                    let isFound = try eventually {
                        try mounted.text(".zarrwlr/problems.txt").contains("pond/7")
                            && access(mounted.file("pond/17.wav").path, F_OK) == -1
                    }
                    #expect(isFound)
                    #expect(try mounted.bytes("pond/15.wav") == mounted.bytes("pond/79.wav"))
                    let known = try list(mounted)
                    try FileManager.default.removeItem(at: store.appending(path: ".zarrwlr-catalogue"))
                    try MountedStore.with(store.path, ["-o", "noprefetch,catalogue=off"]) { other in
                        let expected = try list(other).replacing(
                            other.file("pond").path, with: mounted.file("pond").path)
                        #expect(known == expected && known.split(separator: "\n").count == 69)
                    }
                }
            }
        }

        @Test func `recordings that are removed, moved or renamed go, and their new names appear`() throws {
            try withMount { living in
                try living.add("b.wav", 2, to: "pond")
                try living.add("c.wav", 3, to: "pond")
                #expect(try living.shows(["a.wav", "b.wav", "c.wav"], in: "pond"))
                try living.zarrwlr("remove", living.store, "pond/a.wav")
                #expect(try living.shows(["b.wav", "c.wav"], in: "pond"))
                try living.zarrwlr("move", living.store, "pond/b.wav", "lake")
                #expect(try living.shows(["c.wav"], in: "pond"))
                #expect(try living.shows(["b.wav"], in: "lake"))
                #expect(try living.sample("lake/b.wav") == 2)
                try living.zarrwlr("set", living.store, "pond/c.wav", "name=d.wav")
                #expect(try living.shows(["d.wav"], in: "pond"))
                #expect(try living.sample("pond/d.wav") == 3)
                try living.zarrwlr("set", living.store, "pond/d.wav", "start=2024-05-31T22:39:11Z")
                let hasStart = try eventually {
                    try run("stat", "-c", "%Y", living.mounted.file("pond/d.wav").path).text == "1717195151"
                }
                #expect(hasStart)
            }
        }

        @Test func `a store that is moved away is shown on, and the log says that it is not at its path any more`()
            throws
        {
            try TestFiles.withTemporaryDirectory { directory in
                let log = directory.appending(path: "log")
                try withMount("noprefetch,log=\(log.path)") { living in
                    let files = FileManager.default
                    let warning = "\(living.store) is not the store any more that was mounted"
                    func hasWarned() throws -> Bool { try String(contentsOf: log, encoding: .utf8).contains(warning) }
                    try living.add("b.wav", 2, to: "pond")
                    #expect(try living.shows(["a.wav", "b.wav"], in: "pond"))
                    #expect(try !hasWarned())
                    try files.moveItem(atPath: living.store, toPath: "\(living.store).old")
                    try living.add("c.wav", 3, to: "pond")
                    #expect(try eventually(hasWarned))
                    #expect(try living.shows(["a.wav", "b.wav"], in: "pond"))
                    #expect(try living.sample("pond/b.wav") == 2)
                }
            }
        }

        @Test func `groups that are renamed or removed go with all that is in them`() throws {
            try withMount { living in
                try living.add("c.wav", 3, to: "lake")
                #expect(try living.shows(["lake", "pond"], in: ""))
                #expect(try living.shows(["c.wav"], in: "lake"))
                let files = FileManager.default
                try files.moveItem(atPath: "\(living.store)/lake", toPath: "\(living.store)/sea")
                #expect(try living.shows(["pond", "sea"], in: ""))
                #expect(try living.sample("sea/c.wav") == 3)
                try living.add("e.wav", 5, to: "sea")
                #expect(try living.shows(["c.wav", "e.wav"], in: "sea"))
                try files.removeItem(atPath: "\(living.store)/sea")
                #expect(try living.shows(["pond"], in: ""))
                try living.add("f.wav", 6, to: "sea")
                #expect(try living.shows(["f.wav"], in: "sea"))
                #expect(try living.sample("sea/f.wav") == 6)
                let counts = try run("jq", "-c", ".recordings", living.mounted.file(".zarrwlr/status.json").path).text
                #expect(counts == #"{"learned":2,"problem":0,"waiting":0}"#)
            }
        }

        @Test func `another recording in the place of one that is open is another file, and both are never mixed`()
            throws
        {
            try withMount("noprefetch,cache_mb=0") { living in
                let path = living.mounted.file("pond/a.wav").path
                let open = try FileHandle(forReadingFrom: URL(filePath: path))
                func read(_ offset: Int) -> (value: Int16, error: Int32) {
                    var value: Int16 = 0
                    let count = pread(open.fileDescriptor, &value, 2, offset)
                    return (value, count == 2 ? 0 : errno)
                }
                #expect(read(44) == (1, 0))
                let inode = try run("stat", "-c", "%i", path).text
                try living.zarrwlr("remove", living.store, "pond/a.wav")
                #expect(try living.shows([], in: "pond"))
                // A file of the same name and length in the same folder of the store.
                let store = "\(living.store)/pond"
                let old = try FileManager.default.contentsOfDirectory(atPath: store).filter { UInt($0) != nil }
                #expect(old.isEmpty)
                try living.add("a.wav", 7, to: "pond")
                let new = try FileManager.default.contentsOfDirectory(atPath: store).filter { UInt($0) != nil }
                #expect(new == ["0"])
                #expect(try living.shows(["a.wav"], in: "pond"))
                #expect(try eventually { try living.sample("pond/a.wav") == 7 })
                try #expect(run("stat", "-c", "%i", path).text != inode)
                let now = (0..<10).map { 44 + 4_000 * $0 }.map(read)
                #expect(now.allSatisfy { $0 == (1, 0) || $0.error == ESTALE })
                try open.close()
                #expect(try living.sample("pond/a.wav") == 7)
            }
        }

        @Test func `views and clips show what is there after each change`() throws {
            try withMount("noprefetch,views=all") { living in
                let views = [
                    ("pond", ".wav"), ("x10/pond", ".wav"), ("by-date/unknown", ".wav"), ("parts/pond", ""),
                    ("coded/pond", ".flac"), ("spectrograms/pond", ".png"),
                ]
                func show(_ stems: String) throws {
                    for (path, ending) in views {
                        #expect(try living.shows(stems.map { "\($0)\(ending)" }, in: path), "\(path): \(stems)")
                    }
                    let folder = living.mounted.file("pond").path
                    let proof = try run("sh", "-c", "cd '\(folder)' && sha256sum -c --strict SHA256SUMS")
                    #expect(proof.status == 0 && proof.text.split(separator: "\n").count == stems.count)
                }
                let clip = "pond/b.wav@s100-200.wav"
                func clipShows(_ value: UInt8) throws -> Bool {
                    try eventually {
                        try living.mounted.bytes(clip).suffix(200).elementsEqual(
                            (0..<200).map { $0 % 2 == 0 ? value : 0 })
                    }
                }
                try show("a")
                #expect(access(living.mounted.file(clip).path, F_OK) == -1)
                try living.add("b.wav", 2, to: "pond")
                try show("ab")
                #expect(try clipShows(2))
                try living.zarrwlr("remove", living.store, "pond/b.wav")
                try show("a")
                #expect(access(living.mounted.file(clip).path, F_OK) == -1)
                try living.add("b.wav", 3, to: "pond")
                try show("ab")
                #expect(try clipShows(3))
            }
        }

        @Test func `a directory that is being read has the names that it had`() throws {
            try withMount { living in
                for index in 0..<3 { try living.add("b\(index).wav", Int16(index + 2), to: "pond") }
                #expect(try living.shows(["a.wav", "b0.wav", "b1.wav", "b2.wav"], in: "pond"))
                let directory = try #require(opendir(living.mounted.file("pond").path))
                defer { closedir(directory) }
                try living.zarrwlr("remove", living.store, "pond/a.wav")
                #expect(try living.shows(["b0.wav", "b1.wav", "b2.wav"], in: "pond"))
                var names: [String] = []
                while let entry = readdir(directory) {
                    names.append(
                        withUnsafeBytes(of: &entry.pointee.d_name) {
                            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                        })
                }
                let expected = [".", "..", "b0.wav", "b1.wav", "b2.wav"]
                let others = ["a.wav", MountedStore.checksumsName]
                #expect(names.sorted().filter { !others.contains($0) } == expected)
            }
        }

        @Test(arguments: [SIGHUP, 0])
        func `a store that is not watched is looked at anew at SIGHUP and every few seconds`(signal: Int32) throws {
            try withMount(signal == 0 ? "nowatch,reload=1" : "nowatch") { living in
                let process = try #require(try MountProcesses(of: living.store)?.monitor)
                try living.add("b.wav", 2, to: "pond")
                try living.add("c.wav", 3, to: "lake")
                if signal != 0 {
                    usleep(500_000)
                    #expect(try living.mounted.names("pond") == ["a.wav"])
                    #expect(kill(process, signal) == 0)
                }
                #expect(try living.shows(["a.wav", "b.wav"], in: "pond"))
                #expect(try living.shows(["c.wav"], in: "lake"))
                try living.zarrwlr("set", living.store, "pond/b.wav", "name=d.wav")
                if signal != 0 { kill(process, signal) }
                #expect(try living.shows(["a.wav", "d.wav"], in: "pond"))
                #expect(kill(process, 0) == 0)
            }
        }

        @Test func `many imports in a row are shown, while others read`() throws {
            let count = Int(ProcessInfo.processInfo.environment["ZARRWLR_IMPORTS"] ?? "") ?? 40
            try withMount { living in
                let reader = Process()
                reader.executableURL = URL(filePath: "/bin/sh")
                let pond = living.mounted.file("pond").path
                // What is listed can be read, and has the size that is listed.
                let script = """
                    while [ ! -e "$1/stop" ]; do
                        for file in "$0"/*.wav; do
                            [ "$(wc -c < "$file")" = 40044 ] || { echo "$file" >> "$1/wrong"; }
                        done
                    done
                    """
                reader.arguments = ["-c", script, pond, living.folder.path]
                try reader.run()
                defer { reader.terminate() }
                for index in 0..<count { try living.add("n\(index).wav", Int16(index + 2), to: "pond") }
                #expect(try living.shows((["a.wav"] + (0..<count).map { "n\($0).wav" }).sorted(), in: "pond"))
                for index in 0..<count { #expect(try living.sample("pond/n\(index).wav") == index + 2) }
                try Data().write(to: living.folder.appending(path: "stop"))
                reader.waitUntilExit()
                #expect(!FileManager.default.fileExists(atPath: "\(living.folder.path)/wrong"))
                // One file for each source, and no staging folder was ever shown.
                try #expect(run("ls", "-A", living.mounted.mountpoint.path).text == ".zarrwlr\npond")
            }
        }
    }
}
