import Foundation
import Support
import TestSupport
import Testing

extension Mounts {
    /// Stores made by `zarrwlr import`, by imports that are killed, and by imports at the same time.
    @Suite struct Imports {
        /// The program under test.
        static var program: URL {
            MountedStore.programs.appending(path: "zarrwlr")
        }

        /// WAV files of noise, all different, with a chunk after their samples.
        private static func makeSources(_ count: Int, in directory: URL) throws -> URL {
            let folder = directory.appending(path: "sources")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for number in 0..<count {
                var random = RepeatableRandom(seed: UInt64(number))
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add(
                    "data",
                    (0..<(10_000 + number)).flatMap { _ in WaveBuilder.littleEndian(Int16(random.next() >> 54)) })
                builder.add("guan", Array("GUANO|Version: 1.0\nNote: \(number)\n".utf8))
                try Data(builder.bytes).write(to: folder.appending(path: "source\(number).wav"))
            }
            return folder
        }

        /// Checks that a mount of `store` has every file of `sources`, byte for byte, and no other.
        private static func expectAll(of sources: URL, in store: URL) throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted()
            try MountedStore.with(store.path) { mounted in
                let shown = try FileManager.default.contentsOfDirectory(atPath: mounted.mountpoint.path).sorted()
                #expect(shown.filter { $0.hasSuffix(".wav") } == names)
                for name in names {
                    let source = try Data(contentsOf: sources.appending(path: name))
                    #expect(try Data(contentsOf: mounted.file(name)) == source, "\(name)")
                }
            }
        }

        private static func startImport(_ store: URL, _ sources: URL) throws -> Process {
            let process = Process()
            process.executableURL = program
            process.arguments = ["import", store.path, sources.path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }

        /// Runs the program as a user to whom permissions apply.
        private static func runAsNobody(_ arguments: String...) throws -> ProgramResult {
            try run(
                URL(filePath: "/usr/bin/env"),
                ["setpriv", "--reuid=65534", "--clear-groups", program.path] + arguments)
        }

        /// Whether this process may run programs as another user.
        private static let mayChangeUser = isInstalled("setpriv") && geteuid() == 0

        @Test(.enabled(if: mayChangeUser, "needs root and setpriv"))
        func `a folder without permission to read it is named, and the rest is imported`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(2, in: directory)
                try FileManager.default.createDirectory(
                    at: sources.appending(path: "lost+found"), withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory.path)
                let store = directory.appending(path: "a.zarr")
                let result = try Self.runAsNobody("import", store.path, sources.path)
                #expect(result.status == 1)
                #expect(result.errors.contains("/lost+found: the folder cannot be read: "))
                #expect(result.errors.contains("Permission denied"))
                #expect(result.errors.contains("2 imported, 1 failed"))
                try FileManager.default.removeItem(at: sources.appending(path: "lost+found"))
                try Self.expectAll(of: sources, in: store)
            }
        }

        @Test(.enabled(if: mayChangeUser, "needs root and setpriv"))
        func `a store that only its owner may read is not called no store`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(1, in: directory)
                let store = directory.appending(path: "a.zarr")
                #expect(try run(Self.program, ["import", store.path, sources.path]).status == 0)
                try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: store.path)
                for arguments in [["list", store.path], ["import", store.path, sources.path]] {
                    let result = try run(
                        URL(filePath: "/usr/bin/env"),
                        ["setpriv", "--reuid=65534", "--clear-groups", Self.program.path] + arguments)
                    #expect(result.status == 2)
                    #expect(result.errors.contains("Permission denied") && !result.errors.contains("Zarr v3"))
                    #expect(result.errors.ranges(of: store.path).count == 1, "\(result.errors)")
                }
            }
        }

        @Test(.enabled(if: mayChangeUser, "needs root and setpriv"))
        func `a store that cannot be written to is named by import --dry-run, and no message names hidden folders`()
            throws
        {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(2, in: directory)
                let store = directory.appending(path: "a.zarr").path
                let first = sources.appending(path: "source0.wav").path
                #expect(try run(Self.program, ["import", "\(store)::pond", first]).status == 0)
                let denied = try Self.runAsNobody("import", "-n", "\(store)::pond", sources.path)
                #expect(denied.status == 1)
                #expect(denied.errors.contains("\(store): the store cannot be written to: Permission denied\n"))
                #expect(denied.errors.contains("1 to be imported, 1 there already, 1 failed"))
                let new = try Self.runAsNobody("import", "-n", "\(directory.path)/b.zarr", sources.path)
                #expect(new.status == 1)
                #expect(
                    new.errors.contains("/b.zarr: the store cannot be made: \(directory.path): Permission denied\n"))
                let failed = try Self.runAsNobody("import", "\(store)::pond", sources.path)
                #expect(failed.status == 1 && failed.errors.contains("Permission denied"))
                #expect(!failed.errors.contains(".zarrwlr"), "\(failed.errors)")
                try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: store)
                let group = try Self.runAsNobody("import", "-n", "\(store)::pond/south", sources.path)
                #expect(group.status == 1)
                #expect(
                    group.errors.contains("the group /pond cannot be written to: \(store)/pond: Permission denied\n"))
            }
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `an interrupted import ends with a word, nothing half done is left, and the next completes it`(
            signal: Int32
        ) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(200, in: directory)
                let store = directory.appending(path: "interrupted.zarr")
                let process = Process()
                let errors = Pipe()
                // The tests may run where signals are ignored.
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = [
                    "--default-signal=INT,TERM", Self.program.path, "import", store.path, sources.path,
                ]
                process.standardOutput = FileHandle.nullDevice
                process.standardError = errors
                try process.run()
                while !FileManager.default.fileExists(atPath: store.appending(path: "3").path), process.isRunning {
                    usleep(1_000)
                }
                kill(process.processIdentifier, signal)
                let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
                process.waitUntilExit()
                #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT)
                #expect(text.contains(/zarrwlr import: interrupted; [0-9]+ sources were not imported\n/), "\(text)")
                let names = try FileManager.default.contentsOfDirectory(atPath: store.path)
                #expect(names.allSatisfy { !$0.hasPrefix(".") }, "\(names)")
                #expect(try run(Self.program, ["check", store.path]).status == 0)
                #expect(try run(Self.program, ["import", store.path, sources.path]).status == 0)
                try Self.expectAll(of: sources, in: store)
            }
        }

        @Test func `a file named on the command line by bytes that are no UTF-8 is mounted under the same bytes`()
            throws
        {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(1, in: directory)
                let store = directory.appending(path: "bytes.zarr")
                let script = #"""
                    cd "$1" && odd="$(printf 'caf\351.wav')" && mv source0.wav "$odd" && "$2" import "$3" "$odd"
                    """#
                let shell = URL(filePath: "/bin/sh")
                let imported = try run(shell, ["-c", script, "sh", sources.path, Self.program.path, store.path])
                #expect(imported.status == 0, "\(imported.errors)")
                try MountedStore.with(store.path) { mounted in
                    let compared = try run(
                        shell,
                        [
                            "-c", #"odd="$(printf 'caf\351.wav')"; cmp "$1/$odd" "$2/$odd""#, "sh", sources.path,
                            mounted.mountpoint.path,
                        ])
                    #expect(compared.status == 0, "\(compared.errors)")
                }
            }
        }

        @Test func `an import that is killed leaves a store that mounts, and the next import completes it`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(60, in: directory)
                let store = directory.appending(path: "killed.zarr")
                var random = RepeatableRandom(seed: 5)
                for _ in 0..<50 {
                    let process = try Self.startImport(store, sources)
                    usleep(UInt32.random(in: 0..<120_000, using: &random))
                    kill(process.processIdentifier, SIGKILL)
                    process.waitUntilExit()
                    guard FileManager.default.fileExists(atPath: store.appending(path: "zarr.json").path) else {
                        continue
                    }
                    let listing = try run(Self.program, ["list", "--json", store.path])
                    #expect(listing.status == 0, "\(listing.errors)")
                }
                let last = try run(Self.program, ["import", store.path, sources.path])
                #expect(last.status == 0, "\(last.errors)")
                #expect(try run(Self.program, ["check", store.path]).status == 0)
                try Self.expectAll(of: sources, in: store)
                let hidden = try FileManager.default.contentsOfDirectory(atPath: store.path).filter {
                    $0.hasPrefix(".")
                }
                #expect(hidden.isEmpty)
            }
        }

        @Test func `two imports into one store share the work and import every source`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let all = try Self.makeSources(30, in: directory)
                let folders = ["a", "b"].map { directory.appending(path: $0) }
                for folder in folders {
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                }
                // A third of the sources is in both.
                for (number, name) in try FileManager.default.contentsOfDirectory(atPath: all.path).enumerated() {
                    for folder in number % 3 == 2 ? folders : [folders[number % 3]] {
                        try FileManager.default.copyItem(
                            at: all.appending(path: name), to: folder.appending(path: name))
                    }
                }
                let store = directory.appending(path: "shared.zarr")
                let imports = try folders.map { try Self.startImport(store, $0) }
                for process in imports {
                    process.waitUntilExit()
                    #expect(process.terminationStatus == 0)
                }
                try Self.expectAll(of: all, in: store)
            }
        }

        @Test func `a mount shows recordings as they were set, moved and removed, with the same bytes`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(3, in: directory)
                let store = directory.appending(path: "s.zarr").path
                func zarrwlr(_ arguments: String...) throws {
                    let result = try run(Self.program, arguments)
                    #expect(result.status == 0, "\(result.errors)")
                }
                try zarrwlr("import", "\(store)::pond", sources.path)
                try zarrwlr("set", store, "pond/source0.wav", "start=2021-05-06T07:08:09.25Z", "name=night.flac")
                try zarrwlr("move", store, "pond/source1.wav", "lake")
                try zarrwlr("remove", store, "pond/source2.wav")
                try MountedStore.with(store) { mount in
                    #expect(try mount.names("pond") == ["night.wav"])
                    #expect(try mount.names("lake") == ["source1.wav"])
                    let time = try runChecked(["stat", "-c", "%.9Y", mount.file("pond/night.wav").path]).text
                    #expect(time == "1620284889.250000000")
                    for (file, source) in [("pond/night.wav", "source0.wav"), ("lake/source1.wav", "source1.wav")] {
                        let bytes = try Data(contentsOf: sources.appending(path: source))
                        #expect(try Data(contentsOf: mount.file(file)) == bytes)
                    }
                }
            }
        }

        @Test func `a file without a start has the time of its source, also in a copy of the store`() throws {
            try TestFiles.withTemporaryDirectory { directory in
                let sources = try Self.makeSources(1, in: directory)
                let name = try #require(FileManager.default.contentsOfDirectory(atPath: sources.path).first)
                let store = directory.appending(path: "s.zarr").path
                try runChecked(["touch", "-d", "2021-05-06T07:08:09.25Z", sources.appending(path: name).path])
                #expect(try run(Self.program, ["import", store, sources.path]).status == 0)
                try runChecked(["cp", "-r", store, "\(store).copy"])
                for path in [store, "\(store).copy"] {
                    try MountedStore.with(path) { mount in
                        let time = try runChecked(["stat", "-c", "%.9Y", mount.file(name).path]).text
                        #expect(time == "1620284889.250000000")
                    }
                }
                let info = try run(Self.program, ["info", store, "0"])
                #expect(info.text.contains("source modified   2021-05-06T07:08:09.25Z"))
            }
        }

        @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment), arguments: ["flac", "pcm"])
        func `the shared recordings are mounted as the files that were imported`(codec: String) throws {
            let folder = try #require(SharedMaterial.directory).appending(path: "recordings")
            try TestFiles.withTemporaryDirectory { directory in
                let store = directory.appending(path: "shared.zarr")
                let result = try run(Self.program, ["import", "--codec", codec, "\(store.path)::a/b", folder.path])
                #expect(result.status == 0, "\(result.errors)")
                try MountedStore.with(store.path) { mounted in
                    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                    #expect(!names.isEmpty)
                    for name in names {
                        let stem = name.prefix { $0 != "." }
                        let files = try FileManager.default.contentsOfDirectory(atPath: mounted.file("a/b").path)
                        let file = try #require(files.first { $0.prefix { $0 != "." } == stem })
                        let source = try Data(contentsOf: folder.appending(path: name))
                        #expect(try Data(contentsOf: mounted.file("a/b/\(file)")) == source, "\(name)")
                    }
                }
            }
        }
    }
}
