import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr list` {
    @Test func `a folder that is no store is said to be what it seems to be`() throws {
        try SmallStore.with { store in
            let folder = store.directory.path
            #expect(Zarrwlr.run("list", folder).errors.contains("it holds stores: name one, such as \(folder)/a.zarr"))
            let card = store.directory.appending(path: "card")
            try FileManager.default.createDirectory(at: card, withIntermediateDirectories: true)
            #expect(Zarrwlr.run("check", card.path).errors.hasSuffix("there is no zarr.json in it\n"))
            try Data().write(to: card.appending(path: "NIGHT.WAV"))
            let reason = "it holds recordings: zarrwlr import STORE \(card.path) makes a store of them"
            #expect(Zarrwlr.run("list", card.path).errors.contains(reason))
        }
    }

    @Test func `list has a line for each recording and one of totals`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("list", store.path)
            #expect(run.status == 0 && run.errors.isEmpty)
            let lines = run.text.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines[0].hasPrefix("RECORDING"))
            #expect(lines[1].hasPrefix("pond/0") && lines[1].contains("pond/night.wav") && lines[1].contains("flac"))
            #expect(lines[1].contains("2025-05-01T04:00:00+02:00"))
            #expect(lines[2].hasPrefix("pond/1") && lines[2].contains("48000"))
            #expect(lines[3].hasPrefix("2 recordings, 0:00:"))
        }
    }

    @Test func `list names recordings that cannot be served, and ends with 1`() throws {
        try SmallStore.with(broken: true) { store in
            for format in [[], ["--csv"], ["--json"]] {
                let run = Zarrwlr.run(["list", store.path] + format)
                #expect(run.status == 1)
                #expect(run.errors.hasPrefix("zarrwlr list: /pond/2: its FLAC stream cannot be read"))
                #expect(run.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test func `list has the same values as text, CSV and JSON`() throws {
        try SmallStore.with { store in
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(Zarrwlr.run("list", "--json", store.path).output))
                    as? [String: Any])
            let recordings = try #require(json["recordings"] as? [[String: Any]])
            let csv = Zarrwlr.run("list", store.path, "--csv").text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            #expect(recordings.count == 2 && csv.count == 3)
            for (recording, row) in zip(recordings, csv.dropFirst()) {
                for (title, cell) in zip(csv[0], row) where title != "seconds" {
                    #expect(recording[title].map { "\($0)" } ?? "" == cell, "\(title)")
                }
            }
            let totals = try #require(json["totals"] as? [String: Any])
            #expect(totals["recordings"] as? Int == 2)
            #expect(
                totals["stored_bytes"] as? Int == recordings.reduce(0) { $0 + ($1["stored_bytes"] as? Int ?? 0) })
        }
    }

    @Test func `list counts all files of a recording as stored`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("list", "--csv", store.path)
            let row = run.text.split(separator: "\n")[1].split(separator: ",", omittingEmptySubsequences: false)
            let files = try #require(FileManager.default.enumerator(atPath: "\(store.path)/pond/0"))
            let sizes = files.compactMap { _ in
                files.fileAttributes?[.type] as? FileAttributeType == .typeRegular
                    ? files.fileAttributes?[.size] as? Int : nil
            }
            #expect(Int(row[10]) == sizes.reduce(0, +))
        }
    }

    @Test func `list keeps what it learns, and does not learn it again`() throws {
        try SmallStore.with { store in
            let folder = store.file("cache")
            func list(_ options: String...) -> Zarrwlr {
                Zarrwlr.run(["list", store.path] + options, cacheFolder: folder)
            }
            let first = list()
            #expect(first.status == 0)
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(kept.count == 1 && kept[0].hasPrefix("a.zarr-") && kept[0].hasSuffix(".sqlite"))
            // Not even the beginning of the stream is read again. A change inside a chunk shows only to those who read it.
            let chunk = try FileHandle(
                forWritingTo: URL(filePath: "\(store.path)/pond/0/audio_data_blob_array/c/0"))
            try chunk.write(contentsOf: Data("nothing".utf8))
            try chunk.close()
            #expect(list().text == first.text)
            let anew = list("--catalogue", "off")
            #expect(anew.errors.hasPrefix("zarrwlr list: /pond/0: its FLAC stream cannot be read"))
            // What was imported again is another recording.
            let document = URL(filePath: "\(store.path)/pond/0/zarr.json")
            try Data(contentsOf: document).write(to: document)
            #expect(list().status == 1)
        }
    }

    @Test func `a catalogue that cannot be used fails no listing, and one that was named is warned of`() throws {
        try SmallStore.with { store in
            let listing = Zarrwlr.run("list", store.path).text
            try Data("no database".utf8).write(to: URL(filePath: store.file("file")))
            for folder in ["/proc/nowhere", store.file("file")] {
                let run = Zarrwlr.run("list", store.path, cacheFolder: folder)
                #expect(run.status == 0 && run.errors.isEmpty && run.text == listing)
            }
            for path in ["/proc/nowhere/a", store.file("file")] {
                let run = Zarrwlr.run("list", store.path, "--catalogue", path)
                #expect(run.status == 0 && run.text == listing)
                #expect(run.errors.hasPrefix("zarrwlr list: the catalogue \(path) cannot be used"))
            }
            #expect(Zarrwlr.run("list", store.path, "--catalogue", store.file("named")).errors.isEmpty)
            #expect(FileManager.default.fileExists(atPath: store.file("named")))
        }
    }

    @Test func `no catalogue is made for what is no store`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let folder = directory.appending(path: "cache").path
            #expect(Zarrwlr.run("list", directory.path, cacheFolder: folder).status == 2)
            #expect(!FileManager.default.fileExists(atPath: folder))
        }
    }

    @Test func `list shows a group as a mount of it would`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("list", "\(store.path)::pond", "--csv")
            #expect(run.text.split(separator: "\n")[1].hasPrefix("pond/0,night.wav,night.wav,flac"))
            #expect(Zarrwlr.run("list", "\(store.path)::nothing").status == 2)
        }
    }
}

@Suite struct `zarrwlr info` {
    @Test func `info has the numbers of the stream and every attribute`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("info", store.path, "pond/night.wav")
            #expect(run.status == 0 && run.errors.isEmpty)
            for line in [
                "recording         pond/0", "codec             flac", "  nb_channels     1",
                "    filename      night.wav",
            ] {
                #expect(run.text.contains("\(line)\n"))
            }
            let json = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(Zarrwlr.run("info", "--json", store.path, "pond/0").output)) as? [String: Any])
            let stream = try #require(json["stream"] as? [String: Any])
            let blob = try SmallStore.fixture("fixed.flac")
            #expect(stream["bytes"] as? Int == blob.count)
            let frames = try #require(stream["frames"] as? Int)
            let mean = try #require(stream["mean_frame"] as? Double)
            // The rest of the blob is metadata.
            #expect(frames > 10 && Double(frames) * mean < Double(blob.count))
            #expect(Double(frames) * mean > Double(blob.count) * 0.9)
            #expect(stream["index_bytes"] as? Int == 0)
        }
    }

    @Test func `info has the restarts of an Opus stream`() throws {
        try SmallStore.with { store in
            #expect(!Zarrwlr.run("info", store.path, "pond/1").text.contains("restarts"))
            #expect(Zarrwlr.run("check", "--repair", store.path).status == 0)
            #expect(Zarrwlr.run("info", store.path, "pond/1").text.contains("restarts"))
        }
    }
}

@Suite struct `The recorder of a recording` {
    @Test func `list and info show where and by which recorder a recording was made, if its source says so`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            func write(_ name: String, _ guano: String?, sample: Int16) throws -> String {
                var builder = WaveBuilder()
                builder.addFormat()
                builder.add("data", (0..<100).flatMap { _ in WaveBuilder.littleEndian(sample) })
                if let guano { builder.add("guan", Array(guano.utf8)) }
                let file = directory.appending(path: name)
                try Data(builder.bytes).write(to: file)
                return file.path
            }
            let store = directory.appending(path: "a.zarr").path
            let guano =
                "GUANO|Version: 1.0\nMake: BATLOGGER\nModel: S2\nSerial: 22060166\nLoc Position: 49.093119 -5.5\n"
            for source in [try write("bat.wav", guano, sample: 1), try write("plain.wav", nil, sample: 2)] {
                #expect(Zarrwlr.run("import", store, source).status == 0)
            }
            let csv = Zarrwlr.run("list", "--csv", store).text.split(separator: "\n")
            #expect(
                csv[0].hasSuffix(
                    ",sha256,latitude,longitude,make,model,serial,filename_bytes,file_bytes,elevation,temperature_int,temperature_ext"
                ))
            #expect(csv[1].hasSuffix(",49.093119,-5.5,BATLOGGER,S2,22060166,,,,,"))
            #expect(csv[2].hasSuffix(",,,,,,,,,,"))
            let info = Zarrwlr.run("info", store, "0").text
            #expect(
                info.contains(
                    "latitude          49.093119 degrees\nlongitude         -5.5 degrees\nmake              BATLOGGER\n"
                ))
            #expect(!Zarrwlr.run("info", store, "1").text.contains("latitude"))
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(Zarrwlr.run("list", "--json", store).output))
                    as? [String: Any])
            let recordings = try #require(json["recordings"] as? [[String: Any]])
            #expect(recordings.map { $0["longitude"] as? Double } == [-5.5, nil])
            #expect(recordings.map { $0["serial"] as? String } == ["22060166", nil])
        }
    }
}
