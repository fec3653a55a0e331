import Foundation
import Recordings
import Support
import Synchronization
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr import` {
    /// The output and the exit status of a command.
    private struct Run {
        let status: Int32
        let output: String
        let errors: String
    }

    private func zarrwlr(_ arguments: String...) -> Run {
        let written = Written()
        let streams = CommandStreams(
            output: { bytes in
                written.texts.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
                return true
            }, errors: { text in written.texts.withLock { $0.errors += text } }, showsProgress: false)
        let status = ZarrwlrCommand(streams).run(["import"] + arguments)
        let texts = written.texts.withLock { $0 }
        return Run(status: status, output: texts.output, errors: texts.errors)
    }

    private final class Written: Sendable {
        let texts = Mutex((output: "", errors: ""))
    }

    /// Calls `body` with the path of a store that does not exist, and a folder of two WAV files, one of them in a subfolder, and a text.
    private func withSources(_ body: (_ store: String, _ sources: URL) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = directory.appending(path: "sources")
            try FileManager.default.createDirectory(
                at: sources.appending(path: "night"), withIntermediateDirectories: true)
            for (name, value) in [("a.wav", 1), ("night/b.WAV", 2)] {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 7 * value)) })
                try Data(builder.bytes).write(to: sources.appending(path: name))
            }
            try Data("notes".utf8).write(to: sources.appending(path: "notes.txt"))
            try body(directory.appending(path: "store.zarr").path, sources)
        }
    }

    @Test func `import --help names exactly the codecs that are stored as they are, and those of --codec`() throws {
        let help = zarrwlr("--help").output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        func words(_ pattern: Regex<(Substring, Substring)>) throws -> [String] {
            let list = try #require(help.firstMatch(of: pattern)).1
            return list.replacing(" or ", with: ", ").split(separator: ", ").map(String.init)
        }
        let copied = CodecRegistry.importable.compactMap(\.copiedKind)
        #expect(try words(/Sources that are (.+?) already are stored as they are/) == copied.map(\.kind))
        #expect(try words(/encode anew sources that are (.+?) already/) == copied.map(\.codec))
        #expect(try words(/how to keep audio: (.+?) \(/) == CodecRegistry.encodings.map(\.codec.rawValue))
        for codec in CodecRegistry.importable {
            // With --codec alone, the operands are missing, which is noticed after the options.
            let errors = zarrwlr("--codec", codec.name.rawValue).errors
            #expect(errors.contains("is none of") == (codec.encoding == nil), "\(codec.name)")
        }
    }

    @Test func `a source that is there with loss only is refused if a codec without loss is asked for`() throws {
        try withSources { store, sources in
            let source = sources.appending(path: "a.wav").path
            #expect(zarrwlr("\(store)::pond", source, "--codec", "opus").status == 0)
            for options in [["--codec", "flac"], ["--codec", "flac", "--dry-run"]] {
                let refused = Zarrwlr.run(["import", "\(store)::pond", source] + options)
                #expect(refused.status == 1)
                #expect(
                    refused.errors.contains("is there already, as /pond/0, but only as opus, with loss"),
                    "\(refused.errors)")
            }
            // Who says nothing of it finds it there, and so does who asks for the same.
            #expect(zarrwlr("\(store)::pond", source).status == 0)
            #expect(zarrwlr("\(store)::pond", source, "--codec", "opus").status == 0)
            #expect(zarrwlr("\(store)::lake", source, "--codec", "flac").status == 0)
            #expect(zarrwlr("\(store)::lake", source, "--codec", "flac").output.contains("already there, as /lake/0"))
        }
    }

    @Test func `import makes the store and the group, takes whole folders, and skips files that are not sound`() throws
    {
        try withSources { store, sources in
            let run = zarrwlr("\(store)::pond", sources.path)
            #expect(run.status == 0)
            #expect(run.output.contains("a.wav -> /pond/") && run.output.contains("b.WAV -> /pond/"))
            #expect(run.errors.contains("2 imported, 1 other file passed over"))
            #expect(zarrwlr("\(store)::pond", sources.path).output.contains("already there, as /pond/"))
        }
    }

    @Test func `import --keep-tree makes groups of folders`() throws {
        try withSources { store, sources in
            #expect(zarrwlr(store, sources.path, "--keep-tree").status == 0)
            for path in ["0/zarr.json", "night/0/zarr.json"] {
                #expect(FileManager.default.fileExists(atPath: "\(store)/\(path)"), "\(path)")
            }
        }
    }

    @Test func `import --keep-tree warns if folders of several sources become one group`() throws {
        try withSources { store, sources in
            let other = sources.deletingLastPathComponent().appending(path: "other")
            try FileManager.default.copyItem(at: sources, to: other)
            try FileManager.default.removeItem(at: other.appending(path: "a.wav"))
            let warning =
                "zarrwlr import: warning: 1 group has the files of several folders, the first (night) those of "
                + "\(other.path)/night and \(sources.path)/night: import each SOURCE into a group of its own"
            #expect(zarrwlr("-n", "--keep-tree", store, other.path, sources.path).errors.contains(warning))
            #expect(zarrwlr("--keep-tree", store, other.path, sources.path).errors.contains(warning))
            #expect(!zarrwlr("--keep-tree", store, sources.path).errors.contains("warning"))
            #expect(!zarrwlr(store, other.path, sources.path).errors.contains("several folders"))
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, SmallDisk.comment))
    func `import into a store that cannot be written to stops with one line`() throws {
        try withSources { _, sources in
            try SmallDisk.with(megabytes: 1) { disk in
                let store = disk.appending(path: "store.zarr").path
                #expect(zarrwlr(store, sources.appending(path: "a.wav").path).status == 0)
                try runChecked(["mount", "-o", "remount,ro", disk.path])
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", [1, 0, 2, 0])
                try Data(builder.bytes).write(to: sources.appending(path: "c.wav"))
                let run = zarrwlr("--jobs", "1", store, sources.path)
                #expect(run.status == 1)
                #expect(run.errors.contains("the store cannot be written to: \(sources.path)/c.wav: "))
                #expect(run.errors.contains(String(cString: strerror(EROFS))))
                #expect(run.errors.contains("the import stops, and 1 source was not tried"))
                #expect(run.errors.split(separator: "\n").count == 2)
            }
        }
    }

    @Test func `import names a bad source, goes on with the others, and ends with 1`() throws {
        try withSources { store, sources in
            try Data("RIFFxxxxWAVE".utf8).write(to: sources.appending(path: "bad.wav"))
            let run = zarrwlr(store, sources.path)
            #expect(run.status == 1)
            #expect(run.errors.contains("bad.wav: is no whole WAV file: has no data chunk"))
            #expect(run.errors.contains("2 imported, 1 failed"))
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, SmallDisk.comment))
    func `import on a full disk stops, keeps what it has imported whole, and continues once there is room`()
        throws
    {
        try TestFiles.withTemporaryDirectory { sources in
            // Noise, which FLAC cannot make smaller.
            for (name, seconds) in [("a", 1), ("b", 20), ("c", 2)] {
                try runChecked([
                    "sox", "-R", "-n", "-r", "48000", "-c", "1", "-b", "16",
                    sources.appending(path: "\(name).wav").path,
                    "synth", "\(seconds)", "whitenoise",
                ])
            }
            try SmallDisk.with(megabytes: 1) { disk in
                let store = disk.appending(path: "store.zarr").path
                let full = zarrwlr("--jobs", "1", store, sources.path)
                #expect(full.status == 1)
                #expect(full.errors.contains("b.wav"))
                #expect(full.errors.contains(String(cString: strerror(ENOSPC))))
                #expect(full.errors.contains("the disk is full: \(sources.path)/b.wav: "))
                #expect(full.errors.contains("the import stops, and 1 source was not tried"))
                #expect(full.errors.contains("1 imported, 1 failed, 1 not tried"))
                #expect(full.errors.split(separator: "\n").count == 2)
                #expect(Zarrwlr.run("check", "--deep", store).text.contains("1 recording"))
                #expect(Zarrwlr.run("check", "--deep", store).status == 0)

                try SmallDisk.resize(disk, toMegabytes: 16)
                let roomy = zarrwlr("--jobs", "1", store, sources.path)
                #expect(roomy.status == 0)
                #expect(roomy.errors.contains("2 imported, 1 there already"))
                #expect(Zarrwlr.run("check", "--deep", store).status == 0)
            }
        }
    }

    @Test func `import names a folder that cannot be read, goes on with the rest, and ends with 1`() throws {
        try withSources { store, sources in
            // Deeper than folders are entered; unlike a folder without permission, root cannot read it either.
            let deep = sources.appending(path: (0..<70).map { _ in "d" }.joined(separator: "/"))
            try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                at: sources.appending(path: "gone.wav"), withDestinationURL: sources.appending(path: "nowhere"))
            let run = zarrwlr(store, sources.path)
            #expect(run.status == 1)
            #expect(run.errors.contains("/d/d: folders lie too deep\n"))
            #expect(run.errors.contains("gone.wav: cannot be examined: "))
            #expect(run.errors.contains("2 imported, 2 failed, 1 other file passed over"))
        }
    }

    @Test(arguments: ["1", "4"])
    func `files of one name are numbered in the order of their paths, with one warning`(jobs: String) throws {
        try withSources { store, sources in
            // The first has most to encode, and would be the last if threads decided.
            for (number, site) in ["site1", "site2", "site3"].enumerated() {
                try FileManager.default.createDirectory(
                    at: sources.appending(path: site), withIntermediateDirectories: true)
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add(
                    "data",
                    (0..<[300_000, 30_000, 2_000][number]).flatMap {
                        WaveBuilder.littleEndian(Int16(truncatingIfNeeded: $0 &* $0 &* (number + 3)))
                    })
                try Data(builder.bytes).write(to: sources.appending(path: "\(site)/20240501_060000.WAV"))
            }
            let run = zarrwlr("--jobs", jobs, store, sources.path)
            #expect(run.status == 0)
            #expect(run.errors.split(separator: "\n").filter { $0.contains("--keep-tree") }.count == 1)
            #expect(run.errors.contains("warning: 2 recordings have the file name of another in the same group"))
            for (name, path) in [
                ("20240501_060000.WAV", "site1/20240501_060000.WAV"),
                ("20240501_060000~3.WAV", "site2/20240501_060000.WAV"),
                ("20240501_060000~4.WAV", "site3/20240501_060000.WAV"), ("a.wav", "a.wav"), ("b.WAV", "night/b.WAV"),
            ] {
                let info = Zarrwlr.run("info", store, name).text
                #expect(info.contains("source path       \(path)\n"), "\(name)")
            }
            #expect(!zarrwlr(store, sources.path).errors.contains("warning"))
        }
    }

    @Test func `tracks of one file are called tracks in the warning about their names`() throws {
        try withSources { store, sources in
            let path = sources.appending(path: "tracks.mka").path
            try runChecked([
                "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=300:duration=1", "-f", "lavfi", "-i",
                "sine=3000:duration=1", "-map", "0", "-map", "1", "-c", "pcm_s16le", path,
            ])
            #expect(!zarrwlr(store, path).errors.contains("warning"))
            let run = zarrwlr("--stream", "1", store, path)
            #expect(run.status == 0)
            #expect(
                run.errors == "zarrwlr import: warning: 1 recording is another track of a file in the same group, and "
                    + "named as that is; a mount shows numbers behind such names\n")
        }
    }

    @Test func `import names what it passes over, and says what converts what only other programs read`() throws {
        try withSources { store, sources in
            for name in ["x.w4v", "y.W4V", "S1.05#", ".hidden.wav"] {
                try Data([1]).write(to: sources.appending(path: name))
            }
            let run = zarrwlr("-n", store, sources.path)
            #expect(run.status == 0)
            #expect(run.errors.contains("x.w4v (and 1 more) is compressed as only Wildlife Acoustics' programs"))
            #expect(run.errors.contains("AnaBat") && run.errors.contains("5 other files passed over"))
            #expect(!run.output.contains("notes.txt"))
            let verbose = zarrwlr("-n", "-v", store, sources.path)
            #expect(verbose.output.contains("notes.txt: passed over: is not named as sound or video usually is\n"))
            #expect(verbose.output.contains(".hidden.wav: passed over: is hidden\n"))
            let json = zarrwlr("-n", "--json", store, sources.path).output
            #expect(json.split(separator: "\n").filter { $0.contains(#""status":"passed over""#) }.count == 5)
            #expect(zarrwlr(store, sources.appending(path: "x.w4v").path).errors.contains("Kaleidoscope"))
        }
    }

    @Test(arguments: [[], ["--keep-tree"]])
    func `import --sidecars keeps what is no sound, and extract --sidecars gives it back byte for byte`(
        options: [String]
    ) throws {
        try withSources { store, sources in
            let config = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
            try config.write(to: sources.appending(path: "night/CONFIG.TXT"))
            try Data().write(to: sources.appending(path: "empty.log"))
            let arguments = options + ["--sidecars", "\(store)::pond", sources.path]
            let first = Zarrwlr.run(["import"] + arguments)
            #expect(first.status == 0 && first.errors.contains("2 imported, 3 sidecars kept"))
            #expect(!Zarrwlr.run(["import"] + arguments).errors.contains("sidecar"))
            #expect(Zarrwlr.run("check", "--deep", store).status == 0)
            #expect(!Zarrwlr.run("list", store).text.contains("sidecar"))

            let back = sources.deletingLastPathComponent().appending(path: "back")
            #expect(Zarrwlr.run(["extract", "--sidecars", "\(store)::pond", "-o", back.path]).status == 0)
            #expect(try Data(contentsOf: back.appending(path: "night/CONFIG.TXT")) == config)
            #expect(try Data(contentsOf: back.appending(path: "notes.txt")) == Data("notes".utf8))
            #expect(try Data(contentsOf: back.appending(path: "empty.log")).isEmpty)
            try Data("mine".utf8).write(to: back.appending(path: "notes.txt"))
            let again = Zarrwlr.run("extract", "--sidecars", "\(store)::pond", "-o", back.path)
            #expect(again.errors.contains("1 file written") && again.errors.contains("2 were there already"))
            #expect(try Data(contentsOf: back.appending(path: "notes~1.txt")) == Data("notes".utf8))

            #expect(Zarrwlr.run("catalogue", store).status == 0)
            // The catalogue names no sidecars, and one more came.
            try Data("later".utf8).write(to: sources.appending(path: "later.log"))
            #expect(Zarrwlr.run(["import"] + arguments).status == 0)
            let values = try ServedValues(of: URL(filePath: store))
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let web = sources.deletingLastPathComponent().appending(path: "web")
            #expect(Zarrwlr.run("extract", "--sidecars", "\(server.url)::pond", "-o", web.path).status == 0)
            #expect(try Data(contentsOf: web.appending(path: "night/CONFIG.TXT")) == config)
            #expect(try Data(contentsOf: web.appending(path: "notes.txt")) == Data("notes".utf8))
            #expect(try Data(contentsOf: web.appending(path: "later.log")) == Data("later".utf8))
        }
    }

    @Test func `names that are no UTF-8 are imported and found under their bytes`() throws {
        try withSources { store, sources in
            let bytes = try Data(contentsOf: sources.appending(path: "a.wav"))
            let odd = String(fileBytes: Array("caf".utf8) + [0xE9] + Array(".wav".utf8))
            let folder = "\(sources.path)/\(String(fileBytes: [0xFF]))"
            #expect(folder.withFileName { mkdir($0, 0o777) } == 0)
            for (path, value) in [("\(sources.path)/\(odd)", 1), ("\(folder)/c.wav", 2)] {
                let descriptor = path.withFileName { open($0, O_WRONLY | O_CREAT, 0o666) }
                let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                try file.write(contentsOf: bytes + Data([UInt8](repeating: UInt8(value), count: value)))
            }
            let run = zarrwlr("--json", "--keep-tree", store, sources.path)
            #expect(run.status == 0)
            #expect(run.output.contains(#""filename_bytes":"Y2Fm6S53YXY=""#))
            #expect(run.output.split(separator: "\n").filter { $0.contains(#""status":"imported""#) }.count == 4)
            #expect(zarrwlr("\(store)::named", "\(sources.path)/\(odd)").status == 0)
            for file in [odd, "\(String(fileBytes: [0xFF]))/c.wav", "named/\(odd)"] {
                #expect(Zarrwlr.run("info", store, file).status == 0, "\(file)")
            }
            #expect(Zarrwlr.run("info", store, odd).text.contains("source name bytes Y2Fm6S53YXY=\n"))
            #expect(Zarrwlr.run("list", "--json", store).text.contains(#""filename_bytes" : "Y2Fm6S53YXY=""#))
            // The name of the source and the path of the file, which is /FF/c.wav for another.
            let csv = Zarrwlr.run("list", "--csv", store).text
            #expect(csv.contains(",Y2Fm6S53YXY=,Y2Fm6S53YXY=,,,\n"))
            #expect(csv.contains(",,\(Data([0xFF] + Array("/c.wav".utf8)).base64EncodedString()),,,\n"))
        }
    }

    @Test func `import --json prints a line for each source`() throws {
        struct Line: Decodable {
            let status: String
            let source: String
            // swift-format-ignore: AlwaysUseLowerCamelCase
            let byte_exact: Bool?
            let samples: Int?
        }
        try withSources { store, sources in
            let run = zarrwlr("--json", store, sources.path, "/nowhere/c.wav")
            #expect(run.status == 1)
            let lines = try run.output.split(separator: "\n").map { line in
                try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            }
            #expect(lines.filter { $0.status == "imported" && $0.byte_exact == true && $0.samples == 2_000 }.count == 2)
            #expect(lines.first { $0.status == "failed" }?.source == "/nowhere/c.wav")
        }
    }

    @Test func `import --dry-run says what it would do, and makes nothing`() throws {
        try withSources { store, sources in
            let run = zarrwlr(store, sources.path, "-n", "--codec", "opus")
            #expect(run.status == 0)
            #expect(run.output.contains("a.wav: opus, 48000 Hz, 1 ch, start unknown"))
            #expect(!FileManager.default.fileExists(atPath: store))
        }
    }

    @Test func `import --dry-run names what is there already and what would fail, and then ends with 1`() throws {
        try withSources { store, sources in
            #expect(zarrwlr("\(store)::pond", sources.appending(path: "a.wav").path).status == 0)
            try Data("RIFFxxxxWAVE".utf8).write(to: sources.appending(path: "bad.wav"))
            let run = zarrwlr("-n", "\(store)::pond", sources.path)
            #expect(run.status == 1)
            #expect(run.output.contains("/a.wav: already there, as /pond/0, all parts of which are there\n"))
            #expect(run.output.contains("/night/b.WAV: flac, 48000 Hz"))
            #expect(run.errors.contains("/bad.wav: is no whole WAV file"))
            #expect(run.errors.contains("1 to be imported, 1 there already, 1 failed, 1 other file passed over"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(store)/pond").sorted() == ["0", "zarr.json"])
        }
    }

    @Test func `import --dry-run names sources that have the bytes of another, which would be there by then`() throws {
        try withSources { store, sources in
            let copy = sources.appending(path: "night/copy.wav")
            try FileManager.default.copyItem(at: sources.appending(path: "a.wav"), to: copy)
            let first = sources.appending(path: "a.wav").path
            let run = zarrwlr("-n", store, sources.path)
            #expect(run.status == 0)
            #expect(run.output.contains("\(copy.path): would be there already, from \(first)\n"))
            #expect(run.errors.contains("2 to be imported, 1 there already, 1 other file passed over"))
            let json = zarrwlr("-n", "--json", store, sources.path).output
            #expect(
                json.contains(#"{"same_as":"\#(first)","source":"\#(copy.path)","status":"already there"}"#), "\(json)")
            // In groups of their own, both are imported.
            #expect(zarrwlr("-n", "--keep-tree", store, sources.path).errors.contains("3 to be imported, 1 other"))
            #expect(zarrwlr(store, sources.path).errors.contains("2 imported, 1 there already"))
        }
    }

    @Test func `import --dry-run says that the store's folder does not exist`() throws {
        try withSources { store, sources in
            let folder = "\(store)-no"
            let run = zarrwlr("-n", "\(folder)/b.zarr", sources.path)
            #expect(run.status == 1)
            let reason = "\(folder)/b.zarr: the store cannot be made, since there is no folder \(folder): make it first"
            #expect(run.errors.contains(reason), "\(run.errors)")
            #expect(zarrwlr(store, sources.path).status == 0)
            for arguments in [["import", "\(folder)/b.zarr", sources.path], ["copy", store, "\(folder)/b.zarr"]] {
                let run = Zarrwlr.run(arguments)
                #expect(run.status == 2 && run.errors.contains(reason), "\(run.errors)")
            }
        }
    }

    @Test func `an import whose STORE does not come first is told so`() throws {
        try withSources { store, sources in
            #expect(zarrwlr(store, sources.path).status == 0)
            let empty = "\(store)/../empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            let run = zarrwlr("\(empty)/new.zarr", store)
            #expect(run.status == 2)
            #expect(run.errors.contains("\(store) is a store, and has no files to be imported; STORE comes first"))
            #expect(zarrwlr("\(empty)/new.zarr", empty).errors.contains("\(empty): no file is named as sound"))
        }
    }

    @Test func `a store and a group are found whose names are no UTF-8`() throws {
        try withSources { store, sources in
            let odd = "\(store)\(String(fileBytes: [0xE9]))"
            let address = "\(odd)::\(String(fileBytes: Array("caf".utf8) + [0xE9]))"
            #expect(zarrwlr(address, sources.path).status == 0)
            let names = try contents(ofFolderOf: odd)
            #expect(names.contains(Array("store.zarr".utf8) + [0xE9]))
            #expect(Zarrwlr.run("list", address).text.contains("a.wav"))
            #expect(Zarrwlr.run("check", address).status == 0)
            #expect(zarrwlr("-n", address, sources.path).errors.contains("0 to be imported, 2 there already"))
        }
    }

    @Test func `--catalogue takes a path whose bytes are no UTF-8`() throws {
        try withSources { store, sources in
            #expect(zarrwlr(store, sources.path).status == 0)
            let catalogue = "\(sources.path)/\(String(fileBytes: [0xFF])).sqlite"
            #expect(Zarrwlr.run("list", "--catalogue", catalogue, store).status == 0)
            let names = try contents(ofFolderOf: catalogue)
            #expect(names.contains([0xFF] + Array(".sqlite".utf8)))
        }
    }

    /// The bytes of the names in the folder that `path` is in.
    private func contents(ofFolderOf path: String) throws -> [[UInt8]] {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let directory = try #require(opendir(folder))
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            names.append(withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) })
        }
        return names
    }

    @Test func `import --quiet prints failures only`() throws {
        try withSources { store, sources in
            let run = zarrwlr("-q", store, sources.path, "/nowhere/c.wav")
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(
                run.errors == "zarrwlr import: /nowhere/c.wav: cannot be opened: No such file or directory\n")
            #expect(zarrwlr("-q", store, sources.path).errors.isEmpty)
        }
    }

    @Test func `a first import that imports nothing leaves no store, and an empty folder as it was`() throws {
        try withSources { store, sources in
            try Data("RIFFxxxxWAVE".utf8).write(to: sources.appending(path: "bad.wav"))
            let bad = sources.appending(path: "bad.wav").path
            #expect(zarrwlr("\(store)::pond/deep", bad).status == 1)
            #expect(!FileManager.default.fileExists(atPath: store))
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
            #expect(zarrwlr(store, bad).status == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: store).isEmpty)
            #expect(zarrwlr(store, bad, sources.appending(path: "a.wav").path).status == 1)
            #expect(Zarrwlr.run("list", store).text.contains("a.wav"))
        }
    }

    @Test(arguments: [[], ["--keep-tree"], ["--sidecars"]])
    func `an import that imports nothing leaves no new group in a store that is there`(options: [String]) throws {
        try withSources { store, sources in
            #expect(zarrwlr(store, sources.appending(path: "a.wav").path).status == 0)
            let folder = sources.deletingLastPathComponent().appending(path: "broken")
            try FileManager.default.createDirectory(
                at: folder.appending(path: "north"), withIntermediateDirectories: true)
            try Data("RIFFxxxxWAVE".utf8).write(to: folder.appending(path: "north/bad.wav"))
            let run = Zarrwlr.run(["import"] + options + ["\(store)::pond/deep", folder.path])
            #expect(run.status == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: store).sorted() == ["0", "zarr.json"])
            #expect(zarrwlr("\(store)::pond/deep", sources.path).status == 0)
            #expect(Zarrwlr.run("list", "\(store)::pond/deep").text.contains("b.WAV"))
        }
    }

    @Test func `an import to a lossy codec says what it does not keep`() throws {
        try withSources { store, sources in
            let run = zarrwlr("--codec", "opus", store, sources.appending(path: "a.wav").path)
            #expect(run.output.contains("; not kept: exact samples, the source's header"))
            #expect(Zarrwlr.run("info", store, "0").text.contains("not kept: exact samples"))
        }
    }

    @Test(arguments: [
        ["--codec", "mp3"], ["--bitrate", "12"], ["--bitrate", "9999999999999999999k"], ["--ultrasonic", "ignore"],
        ["--start", "yesterday"], ["--timezone", "Europe/Atlantis"], ["--shift", "1h"], ["--shift", "1.2.3"],
        ["--shift", "9999999999999"], ["--set", "key"], ["--set", "type=1"], ["--jobs", "0"],
        ["--stream", "-1"], ["--frobnicate"],
    ])
    func `import refuses invalid options before it does anything`(options: [String]) throws {
        try withSources { store, sources in
            let written = Written()
            let streams = CommandStreams(
                output: { _ in true }, errors: { text in written.texts.withLock { $0.errors += text } },
                showsProgress: false)
            let status = ZarrwlrCommand(streams).run(["import", store, sources.path] + options)
            #expect(status == 2)
            #expect(written.texts.withLock { $0.errors }.contains(options[0]))
            #expect(!FileManager.default.fileExists(atPath: store))
        }
    }

    @Test func `import --override-start wins over everything, and takes one source`() throws {
        try withSources { store, sources in
            let night = sources.appending(path: "20240101_000000.wav")
            try FileManager.default.moveItem(at: sources.appending(path: "a.wav"), to: night)
            let several = zarrwlr(store, sources.path, "--override-start", "2024-05-31T22:39:11")
            #expect(several.status == 2)
            #expect(several.errors.contains("--override-start is the start of one source, and there are 2"))
            let shifted = zarrwlr(store, night.path, "--override-start", "2024-05-31T22:39:11", "--shift", "1")
            #expect(shifted.status == 2)
            #expect(!FileManager.default.fileExists(atPath: store))
            let run = zarrwlr(store, night.path, "--override-start", "2024-05-31T22:39:11", "--timezone", "+10")
            #expect(run.status == 0)
            #expect(run.output.contains("2024-05-31T22:39:11+10:00"))
        }
    }

    @Test func `import --shift moves every start, and a region gives each its own offset`() throws {
        try withSources { store, sources in
            for (old, new) in [("a.wav", "20240101_000000.wav"), ("night/b.WAV", "20240701_000000.wav")] {
                try FileManager.default.moveItem(
                    at: sources.appending(path: old), to: sources.appending(path: new))
            }
            let run = zarrwlr(store, sources.path, "--shift", "-3600.5", "--timezone", "Europe/Berlin")
            #expect(run.status == 0)
            #expect(run.output.contains("2023-12-31T22:59:59.5+01:00"))
            #expect(run.output.contains("2024-06-30T22:59:59.5+02:00"))
            #expect(run.output.contains("its start was shifted by -3600.5 s"))
        }
    }

    @Test func `import refuses a store folder that holds something else`() throws {
        try withSources { _, sources in
            let run = zarrwlr(sources.path, sources.appending(path: "a.wav").path)
            #expect(run.status == 2)
            #expect(run.errors.contains("no Zarr v3 store"))
        }
    }

    /// Makes a short WAV file at each of `names` in a new folder `card` of `directory`, and returns the folder.
    private func card(_ card: String, _ names: [String], in directory: URL) throws -> String {
        let folder = directory.appending(path: card)
        for (number, name) in names.enumerated() {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            var builder = WaveBuilder()
            builder.addFormat()
            let factor = number + card.utf8.count
            builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 11 * factor)) })
            try Data(builder.bytes).write(to: file)
        }
        return folder.path
    }

    @Test func `nothing is imported or moved into a recording, nor into a group below one, and a check finds what was`()
        throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "store.zarr").path
            let first = try card("one", ["x.wav", "y.wav"], in: directory)
            let second = try card("second", ["1/z.wav", "1/Data/z.wav", "2/z.wav"], in: directory)
            #expect(zarrwlr("--keep-tree", store, first).status == 0)
            for options in [["-n"], []] {
                let run = Zarrwlr.run(["import"] + options + ["--keep-tree", store, second])
                #expect(run.status == 1)
                #expect(
                    run.errors.components(separatedBy: "/1: is a recording, in which nobody finds another one").count
                        == 3)
            }
            #expect(Zarrwlr.run("list", store).text.contains("z.wav"))
            #expect(Zarrwlr.run("move", store, "2/0", "0/Data").errors.contains("/0: is a recording, in which nobody"))
            #expect(Zarrwlr.run("check", store).status == 0)

            // As other programs, and older versions, could put it there.
            let inner = directory.appending(path: "store.zarr/1/Data")
            try FileManager.default.copyItem(at: directory.appending(path: "store.zarr/2"), to: inner)
            let check = Zarrwlr.run("check", store)
            #expect(check.status == 1)
            #expect((check.text + check.errors).contains("/1: /1/Data/0 is a recording in this one"))
            #expect(Zarrwlr.run("remove", store, "2/0").status == 0)
            #expect(Zarrwlr.run("move", store, "1/Data/0", "found").status == 0)
            #expect(Zarrwlr.run("check", store).status == 0)
            #expect(Zarrwlr.run("list", store).text.contains("found/z.wav"))
        }
    }

    @Test func `corrections of what is there already are not made, and a warning says so`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "store.zarr").path
            let card = try card("one", ["x.wav", "y.wav"], in: directory)
            let first = Zarrwlr.run("import", "--shift", "60", "--set", "site=a", store, card)
            #expect(first.status == 0 && !first.errors.contains("stays as it was"))
            let again = Zarrwlr.run("import", "--shift", "-3600", "--set", "site=b", store, card)
            #expect(again.errors.contains("what was there already stays as it was: --shift and --set only counts"))
            #expect(!Zarrwlr.run("import", "--timezone", "Z", store, card).errors.contains("stays as it was"))
        }
    }

    @Test func `folders that are called by numbers do not count as recordings, whose numbers go on after each other`()
        throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "store.zarr").path
            let first = try card("one", ["2024/x.wav", "1/x.wav", "y.wav", "z.wav"], in: directory)
            let run = zarrwlr("--keep-tree", store, first)
            #expect(run.status == 0)
            let second = try card("second", ["2025/x.wav", "u.wav"], in: directory)
            #expect(zarrwlr("--keep-tree", store, second).status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: store)
            #expect(names.filter { Int($0) != nil }.sorted() == ["0", "1", "2", "2024", "2025", "3"])
            #expect(Zarrwlr.run("move", store, "2024/0", "").status == 0)
            #expect(FileManager.default.fileExists(atPath: "\(store)/4/zarr.json"))
        }
    }

    @Test
    func
        `files whose names differ in composed accents alone are kept apart, and of folders, the second makes no group`()
        throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "store.zarr").path
            let names = ["a\u{301}/x.wav", "\u{E1}/x.wav", "n\u{303}.wav", "\u{F1}.wav"]
            for (number, name) in names.enumerated() {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 7 * (number + 1))) })
                // Not by Foundation, which may compose names.
                let path = "\(directory.path)/sources/\(name)"
                let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
                mkdir("\(directory.path)/sources", 0o755)
                mkdir(folder, 0o755)
                let file = try #require(fopen(path, "w"))
                _ = builder.bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
                fclose(file)
            }
            let run = zarrwlr("--keep-tree", store, "\(directory.path)/sources")
            #expect(run.status == 1 && !run.errors.contains("file name of another"))
            #expect(run.errors.contains("how Unicode encodes its letters"), "\(run.errors)")
            for name in names where Array(name.utf8) != Array(names[1].utf8) {
                let (source, copy) = ("\(directory.path)/sources/\(name)", "\(directory.path)/copy.wav")
                #expect(Zarrwlr.run("extract", store, name, "-o", copy).status == 0)
                let isSame = try runChecked(["cmp", source, copy]).text.isEmpty
                #expect(isSame)
                unlink(copy)
            }
        }
    }
}
