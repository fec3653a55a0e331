import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr extract of a whole store` {
    /// What a directory holds, by path: the bytes of files, nil for directories.
    private static func tree(_ folder: String) throws -> [String: [UInt8]?] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return Dictionary(
            uniqueKeysWithValues: try names.map { name in
                var status = stat()
                #expect(lstat("\(folder)/\(name)", &status) == 0)
                let isFile = status.st_mode & S_IFMT == S_IFREG
                return (name, isFile ? Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) : nil)
            })
    }

    private static func status(_ path: String) throws -> stat {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status
    }

    /// The bytes of one recording, extracted alone.
    private static func alone(_ recording: String, of store: SmallStore) throws -> [UInt8] {
        let run = Zarrwlr.run("extract", store.path, recording, "-o", "-")
        try #require(run.status == 0)
        return run.output
    }

    @Test func `a store is written as the directories and files of a mount, and a second run writes nothing`() throws {
        try SmallStore.with { store in
            try TestStore(at: store.directory.appending(path: "b.zarr")).addGroup("quiet")
            let run = Zarrwlr.run("extract", store.path, "-o", store.file("out"))
            #expect(run.status == 0 && run.text.isEmpty)
            #expect(run.errors == "zarrwlr extract: 2 files written to \(store.file("out"))\n")
            let files = try Self.tree(store.file("out"))
            #expect(files.keys.sorted() == ["pond", "pond/day.wav", "pond/night.wav"])
            #expect(try files["pond/night.wav"] == Self.alone("pond/0", of: store))
            #expect(try files["pond/day.wav"] == Self.alone("pond/1", of: store))
            // 2025-05-01T04:00:00+02:00
            let before = try Self.status(store.file("out/pond/night.wav"))
            #expect(before.st_mtim.tv_sec == 1_746_064_800 && before.st_mtim.tv_nsec == 0)

            let again = Zarrwlr.run("extract", store.path, "-o", store.file("out"))
            #expect(again.status == 0)
            #expect(again.errors == "zarrwlr extract: 0 files written to \(store.file("out")), 2 were there already\n")
            let after = try Self.status(store.file("out/pond/night.wav"))
            #expect(after.st_ino == before.st_ino && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec)
        }
    }

    @Test func `a group is written as a mount of it shows it, groups without recordings as empty folders`() throws {
        try SmallStore.with { store in
            let other = try TestStore(at: store.directory.appending(path: "b.zarr"))
            try other.addGroup("pond")
            try other.addGroup("pond/quiet")
            let blob = try SmallStore.fixture("fixed.flac")
            for (number, name) in [("0", "a.flac"), ("7", "a.flac"), ("8", "../x.wav")] {
                try other.addRecording("pond/\(number)", codec: "flac", blob: blob, fileName: name)
            }
            let run = Zarrwlr.run("extract", "\(other.directory.path)::pond", "-o", store.file("deep/out"))
            #expect(run.status == 0)
            #expect(try Self.tree(store.file("deep/out")).keys.sorted() == [".._x.wav", "a.wav", "a~7.wav", "quiet"])
        }
    }

    @Test func `what is there already counts by size, time and some of its bytes, else by all of them`() throws {
        try SmallStore.with { store in
            let arguments = ["extract", store.path, "-o", store.file("out")]
            #expect(Zarrwlr.run(arguments).status == 0)
            let file = store.file("out/pond/night.wav")
            let right = try store.bytes(file)
            // The same bytes with another time: compared, and given the time.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 5)], ofItemAtPath: file)
            #expect(Zarrwlr.run(arguments).errors.hasSuffix(", 2 were there already\n"))
            #expect(try Self.status(file).st_mtim.tv_sec == 1_746_064_800)
            // Another byte at the end of the same size: it is seen, whatever the time is.
            var wrong = right
            wrong[wrong.count - 1] ^= 1
            try Data(wrong).write(to: URL(filePath: file))
            let refused = Zarrwlr.run(arguments)
            #expect(refused.status == 1)
            #expect(
                refused.errors.hasPrefix(
                    "zarrwlr extract: pond/night.wav: something else is there, which stays as it is\n"))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_746_064_800)], ofItemAtPath: file)
            #expect(Zarrwlr.run(arguments).status == 1)
            #expect(try store.bytes(file) == wrong)
        }
    }

    @Test func `another recording of the same name, length and start is not taken for the one that is there`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let (store, output) = (directory.appending(path: "a.zarr").path, directory.appending(path: "out").path)
            for (group, seed) in [("north", 1), ("south", 2)] {
                let folder = directory.appending(path: group)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                var random = RepeatableRandom(seed: UInt64(seed))
                let samples = (0..<50_000).map { _ in Int16.random(in: -9...9, using: &random) }
                let file = folder.appending(path: "20240601_220000.wav")
                var wave = WaveBuilder()
                wave.addFormat()
                wave.add("data", samples.withUnsafeBytes { Array($0) })
                try Data(wave.bytes).write(to: file)
                #expect(Zarrwlr.run("import", "\(store)::\(group)", file.path, "--timezone", "Z").status == 0)
            }
            let north = ["extract", "\(store)::north", "-o", output]
            #expect(Zarrwlr.run(north).status == 0)
            let south = Zarrwlr.run("extract", "\(store)::south", "-o", output)
            #expect(south.status == 1 && south.errors.contains("something else is there"), "\(south.errors)")
            // What is damaged between the places that are looked at is found by a comparison of all.
            let file = "\(output)/20240601_220000.wav"
            var bytes = try Data(contentsOf: URL(filePath: file))
            let time = try Self.status(file).st_mtim.tv_sec
            bytes[10_000] ^= 1
            try bytes.write(to: URL(filePath: file))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(time))], ofItemAtPath: file)
            #expect(Zarrwlr.run(north).status == 0)
            #expect(Zarrwlr.run(north + ["--verify"]).status == 1)
            // Of sources, all bytes are compared in any case.
            let sources = ["extract", "\(store)::north", "--source", "-o", directory.appending(path: "sources").path]
            #expect(Zarrwlr.run(sources).status == 0)
            let source = directory.appending(path: "sources/20240601_220000.wav").path
            let modified = try FileManager.default.attributesOfItem(atPath: source)[.modificationDate]
            bytes = try Data(contentsOf: URL(filePath: source))
            bytes[10_000] ^= 1
            try bytes.write(to: URL(filePath: source))
            try FileManager.default.setAttributes([.modificationDate: modified as Any], ofItemAtPath: source)
            #expect(Zarrwlr.run(sources).status == 1)
        }
    }

    @Test func `a recording without samples is there already when it is extracted again`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            var wave = WaveBuilder()
            wave.addFormat()
            wave.add("data", [])
            let file = directory.appending(path: "20240601_220000.wav")
            try Data(wave.bytes).write(to: file)
            let store = directory.appending(path: "a.zarr").path
            #expect(Zarrwlr.run("import", store, file.path, "--timezone", "Z").status == 0)
            for _ in 0..<2 {
                let result = Zarrwlr.run("extract", store, "-o", directory.appending(path: "out").path)
                #expect(result.status == 0, "\(result.errors)")
            }
        }
    }

    @Test func `nothing is written into the store that is read, or in its place`() throws {
        try SmallStore.with { store in
            let archive = store.file("a.zip")
            try runChecked(["sh", "-c", "cd \(store.path) && python3 -m zipfile -c ../a.zip zarr.json pond"])
            let link = store.file("link.wav")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: archive)
            let (before, original) = (try store.bytes(archive), store.file("original"))
            try FileManager.default.copyItem(atPath: store.path, toPath: original)
            for (address, place) in [
                (store.path, "\(store.path)/zarr.json"), (store.path, "\(store.path)/pond/new.wav"), (archive, archive),
                (archive, link),
            ] {
                for arguments in [
                    ["extract", address, "pond/0"], ["extract", address, "pond/0", "--from", "0"],
                    ["spectrogram", address, "pond/0"],
                ] {
                    let result = Zarrwlr.run(arguments + ["-o", place])
                    #expect(result.status == 2 && result.errors.contains("is in the store"), "\(result.errors)")
                }
            }
            #expect(try store.bytes(archive) == before)
            #expect(try run("diff", "-r", store.path, original).text == "")
        }
    }

    @Test(arguments: ["file", "shorter", "folder", "link"])
    func `something else of a file's name stays as it is, is named, and the rest is written`(kind: String) throws {
        try SmallStore.with { store in
            let folder = URL(filePath: store.file("out/pond"))
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let place = folder.appending(path: "night.wav")
            let target = store.file("target")
            switch kind {
            case "file": try Data("mine".utf8).write(to: place)
            case "shorter": try Data(Self.alone("pond/0", of: store).dropLast()).write(to: place)
            case "folder": try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            default: try FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: target)
            }
            let before = try Self.status(place.path)
            let run = Zarrwlr.run("extract", store.path, "-o", store.file("out"))
            #expect(run.status == 1)
            #expect(
                run.errors == """
                    zarrwlr extract: pond/night.wav: something else is there, which stays as it is
                    zarrwlr extract: 1 file written to \(store.file("out")), 1 failed

                    """)
            let after = try Self.status(place.path)
            #expect(after.st_ino == before.st_ino && after.st_size == before.st_size)
            #expect(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec)
            #expect(!FileManager.default.fileExists(atPath: target))
            #expect(try store.bytes(store.file("out/pond/day.wav")) == Self.alone("pond/1", of: store))
        }
    }

    @Test func `recordings that cannot be read are named, and the rest is written`() throws {
        try SmallStore.with(broken: true) { store in
            // The middle of the stream is damaged, which shows only when it is decoded.
            let chunk = URL(filePath: "\(store.path)/pond/0/audio_data_blob_array/c/0")
            var blob = try Array(Data(contentsOf: chunk))
            for index in blob.count / 2..<blob.count / 2 + 4_000 { blob[index] = 0 }
            try Data(blob).write(to: chunk)
            let run = Zarrwlr.run("extract", store.path, "-o", store.file("out"))
            #expect(run.status == 1)
            let lines = run.errors.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0].hasPrefix("zarrwlr extract: /pond/2: its FLAC stream cannot be read"))
            #expect(lines[1].hasPrefix("zarrwlr extract: pond/night.wav: the recording cannot be read here: "))
            #expect(lines[2] == "zarrwlr extract: 1 file written to \(store.file("out")), 2 failed")
            // No part of it, under no name.
            #expect(try Self.tree(store.file("out")).keys.sorted() == ["pond", "pond/day.wav"])
        }
    }

    @Test func `--json has a line for each file, --quiet prints failures only`() throws {
        struct Line: Decodable, Equatable {
            var status: String
            var file: String?
            var recording: String?
            var bytes: Int?
            var problem: String?
        }
        try SmallStore.with(broken: true) { store in
            func lines(_ run: Zarrwlr) throws -> [Line] {
                try run.text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
                    .sorted { $0.recording ?? "" < $1.recording ?? "" }
            }
            let arguments = ["extract", store.path, "-o", store.file("out"), "--metadata", "none"]
            let first = Zarrwlr.run(arguments + ["--json"])
            #expect(first.status == 1 && first.errors.isEmpty)
            var expected = [
                Line(status: "written", file: "pond/night.wav", recording: "pond/0", bytes: 96_044),
                Line(status: "written", file: "pond/day.wav", recording: "pond/1"),
                Line(status: "failed", recording: "pond/2"),
            ]
            let written = try lines(first)
            try #require(written.count == 3)
            expected[1].bytes = try store.bytes(store.file("out/pond/day.wav")).count
            expected[2].problem = written[2].problem
            #expect(written == expected)
            #expect(written[2].problem?.contains("its FLAC stream cannot be read") == true)
            #expect(
                try lines(Zarrwlr.run(arguments + ["--json"])).map(\.status)
                    == ["already there", "already there", "failed"])
            let quiet = Zarrwlr.run(arguments + ["-q"])
            #expect(quiet.text.isEmpty && quiet.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func `incomplete files that killed processes have left are removed, those being written are not`() throws {
        try SmallStore.with { store in
            let folder = URL(filePath: store.file("out/pond"))
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in [".zarrwlr-part-dead", ".zarrwlr-part-alive", ".other"] {
                try Data("part".utf8).write(to: folder.appending(path: name))
            }
            let descriptor = open(folder.appending(path: ".zarrwlr-part-alive").path, O_RDONLY)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX) == 0)
            #expect(Zarrwlr.run("extract", store.path, "-o", store.file("out")).status == 0)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                    == [".other", ".zarrwlr-part-alive", "day.wav", "night.wav"])
        }
    }

    @Test func `a whole store goes to a folder outside it, as a mount shows it`() throws {
        try SmallStore.with { store in
            for (arguments, message) in [
                (["-o", "-"], "a store or a group has many files: let -o name a folder"),
                (["-o", "\(store.path)/pond/out"], "is in the store, which is only read"),
                (["-o", store.file("out"), "--from", "1"], "a store or a group is extracted as a mount shows it"),
                (["-o", store.file("out"), "--format", "s16"], "a store or a group is extracted as a mount shows it"),
                (["pond/0", "-o", store.file("out"), "--verify"], "are for a whole store or group"),
                (["-o", store.file("out"), "--jobs", "0"], "is not a number from 1 to 1024"),
            ] {
                let run = Zarrwlr.run(["extract", store.path] + arguments)
                #expect(run.status == 2 && run.errors.contains(message), "\(run.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: store.file("out")))
            try Data().write(to: URL(filePath: store.file("file")))
            #expect(Zarrwlr.run("extract", store.path, "-o", store.file("file")).status == 2)
        }
    }

    @Test func `--source and --sidecars give back the files of a card, and name those that are not kept`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let card = directory.appending(path: "card")
            try FileManager.default.createDirectory(at: card.appending(path: "day"), withIntermediateDirectories: true)
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 7)) })
            builder.add("junk", [1, 2])
            let files: [(String, [UInt8])] = [
                ("a.wav", builder.bytes), ("a.flac", try SmallStore.fixture("fixed.flac")),
                ("day/b.aac", try SmallStore.fixture("exact.aac")), ("day/CONFIG.TXT", Array("gain 3".utf8)),
            ]
            for (name, bytes) in files { try Data(bytes).write(to: card.appending(path: name)) }
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
                ofItemAtPath: card.appending(path: "a.flac").path)
            let store = directory.appending(path: "s.zarr").path
            #expect(Zarrwlr.run("import", "--keep-tree", "--sidecars", store, card.path).status == 0)
            let lossy = directory.appending(path: "c.wav")
            builder.add("more", [3, 4])
            try Data(builder.bytes).write(to: lossy)
            #expect(Zarrwlr.run("import", "--codec", "opus", store, lossy.path).status == 0)

            let arguments = ["extract", "--source", "--sidecars", store, "-o", directory.appending(path: "back").path]
            let run = Zarrwlr.run(arguments)
            #expect(run.status == 1)
            let lines = run.errors.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix("zarrwlr extract: c.wav: its source is not kept byte for byte"))
            #expect(lines[1].hasSuffix("4 files written to \(arguments[5]), 1 failed"))
            let back = try Self.tree(arguments[5])
            #expect(back.keys.sorted() == ["a.flac", "a.wav", "day", "day/CONFIG.TXT", "day/b.aac"])
            for (name, bytes) in files { #expect(back[name] == bytes, "\(name)") }
            #expect(try Self.status("\(arguments[5])/a.flac").st_mtim.tv_sec == 1_700_000_000)

            let again = Zarrwlr.run(arguments + ["--verify"])
            #expect(again.errors.contains("0 files written to \(arguments[5]), 4 were there already, 1 failed"))
        }
    }
}

@Suite(.enabled(if: SmallDisk.isPossible, SmallDisk.comment)) struct `A full disk` {
    @Test func `a full disk stops an extraction with one line, and another one goes on from there`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
            let blob = try SmallStore.fixture("fixed.flac")
            // 96 044 bytes each.
            for number in 0..<30 {
                try store.addRecording("\(number)", codec: "flac", blob: blob, fileName: "\(number).wav")
            }
            try SmallDisk.with(megabytes: 1) { disk in
                let arguments = [
                    "extract", store.directory.path, "-o", disk.appending(path: "out").path, "--metadata", "none",
                ]
                let run = Zarrwlr.run(arguments)
                #expect(run.status == 1)
                let lines = run.errors.split(separator: "\n")
                #expect(lines.count == 2)
                #expect(lines[0].hasPrefix("zarrwlr extract: the disk is full: "))
                #expect(lines[0].contains("No space left on device; the extraction stops, and "))
                let names = try FileManager.default.contentsOfDirectory(atPath: arguments[3])
                #expect(names.count >= 8 && names.count < 30 && names.allSatisfy { $0.hasSuffix(".wav") })
                let sizes = try names.map { name in
                    try FileManager.default.attributesOfItem(atPath: "\(arguments[3])/\(name)")[.size] as? Int
                }
                #expect(sizes.allSatisfy { $0 == 96_044 })
                try SmallDisk.resize(disk, toMegabytes: 8)
                let rest = Zarrwlr.run(arguments)
                #expect(rest.status == 0)
                #expect(
                    rest.errors.contains("\(30 - names.count) files written")
                        && rest.errors.contains(", \(names.count.counted("was", "were")) there already"))
            }
        }
    }
}
