import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr set, move and remove` {
    /// Calls `body` with the path of a store with the recordings `pond/0` to `pond/2`.
    private func withStore(_ body: (_ store: String) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = directory.appending(path: "sources")
            try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
            for number in 0..<3 {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 7 * (number + 1))) })
                try Data(builder.bytes).write(to: sources.appending(path: "\(number).wav"))
            }
            let store = directory.appending(path: "store.zarr").path
            #expect(Zarrwlr.run("import", "-j1", "\(store)::pond", sources.path, "--set", "site=south").status == 0)
            try body(store)
        }
    }

    private func attributes(_ path: String, of store: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(filePath: "\(store)/\(path)/zarr.json"))
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try #require(document["attributes"] as? [String: Any])
    }

    private func notes(_ path: String, of store: String) throws -> [String] {
        let metadata = try attributes(path, of: store)["source_metadata"] as? [String: Any]
        return metadata?["notes"] as? [String] ?? []
    }

    private func samples(_ path: String, of store: String) -> [UInt8] {
        Zarrwlr.run("extract", store, path, "-o", "-").output
    }

    @Test func `set changes start, name and attributes at once, and notes what was there before`() throws {
        try withStore { store in
            let before = samples("pond/0", of: store)
            let run = Zarrwlr.run(
                "set", store, "pond/0.wav", "start=2024-05-31T22:39:11+02:00", "name=night.flac", "site=north", "plot=7"
            )
            #expect(run.status == 0)
            let expected = [
                "start set to 2024-05-31T22:39:11+02:00, was unknown", "name set to 'night.flac', was '0.wav'",
                "site set to 'north', was 'south'", "plot set to '7'",
            ]
            #expect(run.text == expected.map { "/pond/0: \($0)\n" }.joined())
            try #expect(notes("pond/0", of: store) == expected)
            let info = Zarrwlr.run("info", store, "pond/night.wav").text
            #expect(info.contains("2024-05-31T22:39:11+02:00"))
            #expect(info.contains("night.flac"))
            try #expect(attributes("pond/0", of: store)["site"] as? String == "north")
            #expect(samples("pond/0", of: store) == before)
            #expect(Zarrwlr.run("check", "--deep", store).status == 0)

            #expect(Zarrwlr.run("set", store, "pond/0", "start=", "site=").status == 0)
            try #expect(attributes("pond/0", of: store)["site"] == nil)
            #expect(Zarrwlr.run("info", store, "pond/0").text.contains("start             -"))
            try #expect(
                notes("pond/0", of: store).dropFirst(4) == [
                    "start set to unknown, was 2024-05-31T22:39:11+02:00 (set)", "site removed, was 'north'",
                ])
        }
    }

    @Test(arguments: [
        ["type=x"], ["start=yesterday"], ["name="], ["site"], ["=1"], ["plot=1", "missing="],
        ["plot=1", "base_features=1"],
    ])
    func `set changes nothing if one of its changes cannot be made`(changes: [String]) throws {
        try withStore { store in
            let before = try Data(contentsOf: URL(filePath: "\(store)/pond/0/zarr.json"))
            let run = Zarrwlr.run(["set", store, "pond/0"] + changes)
            #expect(run.status == 2)
            let name = String(try #require(changes.last?.prefix { $0 != "=" }))
            #expect(run.errors.contains("'\(changes.last ?? "")'") || run.errors.contains(name))
            try #expect(Data(contentsOf: URL(filePath: "\(store)/pond/0/zarr.json")) == before)
        }
    }

    @Test func `set shifts the starts of many recordings, and names those whose start is not known`() throws {
        try withStore { store in
            let starts = ["2025-05-01T23:30:00+02:00", "2025-05-01T00:00:00.5"]
            for (number, start) in starts.enumerated() {
                #expect(Zarrwlr.run("set", store, "pond/\(number)", "start=\(start)").status == 0)
            }
            let planned = Zarrwlr.run("set", "-n", "--shift", "-3600.25", "--all", "\(store)::pond", "deployment=2")
            #expect(planned.status == 1 && planned.errors.contains("2 recordings would be changed, 1 not"))
            try #expect(notes("pond/0", of: store).count == 1)
            let run = Zarrwlr.run("set", "--shift", "-3600.25", "--all", "\(store)::pond", "deployment=2")
            #expect(run.status == 1)
            #expect(run.text == planned.text)
            #expect(
                run.text.hasPrefix(
                    "/pond/0: start set to 2025-05-01T22:29:59.75+02:00, was 2025-05-01T23:30:00+02:00 (set)\n"))
            #expect(run.errors.contains("/pond/2: its start is not known, and cannot be shifted: start=TIME sets it"))
            #expect(run.errors.contains("2 recordings changed, 1 not"))
            let list = Zarrwlr.run("list", "--csv", store).text
            #expect(list.contains("2025-05-01T22:29:59.75+02:00") && list.contains("2025-04-30T23:00:00.25"))
            try #expect(attributes("pond/1", of: store)["deployment"] as? String == "2")
            try #expect(attributes("pond/2", of: store)["deployment"] == nil)

            let back = Zarrwlr.run("set", store, "pond/0", "pond/1.wav", "--shift", "3600.25")
            #expect(back.status == 0 && back.errors.contains("2 recordings changed"))
            #expect(Zarrwlr.run("list", "--csv", store).text.contains("2025-05-01T23:30:00+02:00"))
            let lost = Zarrwlr.run("set", store, "pond/0", "start=2025-05-01T22:30:00").text
            #expect(
                lost.contains(
                    "start set to 2025-05-01T22:30:00 (without an offset from UTC), was 2025-05-01T23:30:00+02:00"))
        }
    }

    @Test(
        arguments: [
            (["pond/0", "pond/1", "start=2025-05-01T04:00:00Z"], "start=TIME is the start of one recording"),
            (["--all", "name=a.wav"], "name=NAME is the name of one recording"),
            (["pond/0", "pond/1"], "say what to change: KEY=VALUE, or --shift SECONDS"),
            (["pond/0", "shift=-3600"], "--shift SECONDS"),
            (["pond/0", "name=lake/a.wav"], "'lake/a.wav' is no name of a file, which has no '/'"),
            ([], "name a RECORDING, or all of them by --all"),
            (["pond/0", "start=", "--shift", "1"], "either start=TIME or --shift"),
            (["pond/0", "a=b", "pond/1"], "'pond/1' is not KEY=VALUE"),
            (["pond/0", "--shift", "1h"], "no number of seconds"),
        ] as [([String], String)])
    func `set refuses what makes no sense for several recordings, and changes nothing`(
        arguments: [String], reason: String
    ) throws {
        try withStore { store in
            let run = Zarrwlr.run(["set", store] + arguments)
            #expect(run.status == 2 && run.errors.contains(reason), "\(run.errors)")
            try #expect(notes("pond/0", of: store).isEmpty)
        }
    }

    @Test func `move takes a recording into another group, and notes where it was`() throws {
        try withStore { store in
            let before = samples("pond/1", of: store)
            let run = Zarrwlr.run("move", store, "pond/1.wav", "lake/north")
            #expect(run.status == 0)
            #expect(run.text == "/pond/1 -> /lake/north/0\n")
            #expect(samples("lake/north/1.wav", of: store) == before)
            try #expect(notes("lake/north/0", of: store) == ["moved from /pond/1"])
            #expect(Zarrwlr.run("info", store, "pond/1").status == 2)
            #expect(Zarrwlr.run("check", "--deep", store).status == 0)
            #expect(Zarrwlr.run("move", store, "pond/2", "/lake/north/").text == "/pond/2 -> /lake/north/1\n")
            #expect(Zarrwlr.run("move", store, "lake/north/1", "/").text == "/lake/north/1 -> /0\n")
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, SmallDisk.comment))
    func `a move whose note does not fit on the disk says that the recording was moved`() throws {
        try withStore { store in
            try SmallDisk.with(megabytes: 1) { disk in
                let copy = disk.appending(path: "copy.zarr").path
                #expect(Zarrwlr.run("copy", store, copy).status == 0)
                #expect(Zarrwlr.run("move", copy, "pond/0", "lake").status == 0)
                let fill = open(disk.appending(path: "fill").path, O_WRONLY | O_CREAT, 0o600)
                defer { close(fill) }
                let kilobyte = [UInt8](repeating: 1, count: 1024)
                while write(fill, kilobyte, kilobyte.count) > 0 {}
                let run = Zarrwlr.run("move", copy, "pond/1", "lake")
                #expect(run.status == 2)
                #expect(run.text == "/pond/1 -> /lake/1\n")
                #expect(run.errors.contains("it was moved, but its document could not note where it was"))
                #expect(run.errors.contains(String(cString: strerror(ENOSPC))), "\(run.errors)")
                #expect(samples("lake/1", of: copy) == samples("pond/1", of: store))
                #expect(Zarrwlr.run("remove", copy, "lake/0").status == 0)
            }
        }
    }

    @Test func `move refuses a group that has the source, a recording, and the group that it is in`() throws {
        try withStore { store in
            let wave = (store as NSString).deletingLastPathComponent + "/sources/1.wav"
            #expect(Zarrwlr.run("import", "\(store)::lake", wave).status == 0)
            let there = Zarrwlr.run("move", store, "pond/1", "lake")
            #expect(there.status == 2)
            #expect(there.errors.contains("its source is in /lake already, as /lake/0"))
            #expect(Zarrwlr.run("move", store, "pond/1", "pond").errors.contains("is in /pond already"))
            let reason = "/pond/0: is a recording, in which nobody finds another one"
            #expect(Zarrwlr.run("move", store, "pond/1", "pond/0").errors.contains(reason))
            #expect(Zarrwlr.run("move", store, "pond/1", "pond/1/a").errors.contains("cannot be moved into itself"))
            #expect(Zarrwlr.run("move", store, "pond", "lake").status == 2)
            // No group is made for what cannot be moved into it.
            #expect(Zarrwlr.run("move", store, "pond", "sea").status == 2)
            #expect(!FileManager.default.fileExists(atPath: "\(store)/sea"))
            #expect(Zarrwlr.run("info", store, "pond/1").status == 0)
        }
    }

    @Test func `remove takes recordings away as a whole, even unreadable ones, and leaves all others`() throws {
        try withStore { store in
            let before = samples("pond/1", of: store)
            try FileManager.default.removeItem(atPath: "\(store)/pond/2/audio_data_blob_array")
            let missing = Zarrwlr.run("remove", store, "pond/0", "pond/7")
            #expect(missing.status == 2)
            #expect(missing.errors.contains("there is no recording 'pond/7'"))
            #expect(Zarrwlr.run("info", store, "pond/0").status == 0)
            let run = Zarrwlr.run("remove", store, "pond/0.wav", "pond/2", "pond/0")
            #expect(run.status == 0)
            #expect(run.text == "/pond/0: removed\n/pond/2: removed\n")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(store)/pond").sorted() == ["1", "zarr.json"])
            try #expect(FileManager.default.contentsOfDirectory(atPath: store).sorted() == ["pond", "zarr.json"])
            #expect(samples("pond/1", of: store) == before)
            #expect(Zarrwlr.run("check", "--deep", store).status == 0)
        }
    }

    @Test func `attributes that several commands set at once are all kept`() throws {
        try withStore { store in
            let results = Parallel.map(Array(0..<8), threads: 8) { number in
                Zarrwlr.run("set", store, "pond/0", "key\(number)=value").status
            }
            #expect(results.allSatisfy { $0 == 0 })
            let text = Zarrwlr.run("info", store, "pond/0").text
            for number in 0..<8 { #expect(text.contains("key\(number)"), "\(number)") }
        }
    }

    @Test func `no command makes a store or a recording that is not there`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "none.zarr").path
            for arguments in [["set", store, "0", "a=b"], ["move", store, "0", "a"], ["remove", store, "0"]] {
                #expect(Zarrwlr.run(arguments).status == 2)
                #expect(!FileManager.default.fileExists(atPath: store))
            }
        }
    }
}
