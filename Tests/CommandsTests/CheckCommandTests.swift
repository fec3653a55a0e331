import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr check` {
    @Test func `check prints faults and ends with 1, and with --repair repairs them and ends with 0`() throws {
        try SmallStore.with { store in
            let check = Zarrwlr.run("check", store.path)
            #expect(check.status == 1 && check.errors.isEmpty)
            #expect(check.text.contains("fault: /pond/0: flac_index is missing (--repair puts it right)\n"))
            #expect(check.text.contains("note: /pond/1: opus_sync is missing"))
            #expect(check.text.contains("2 recordings") && check.text.contains("1 fault, 1 note, 2 can be repaired"))

            let repair = Zarrwlr.run("check", store.path, "--repair")
            #expect(repair.status == 0)
            #expect(repair.text.contains("repaired: /pond/0: flac_index is missing\n"))
            let again = Zarrwlr.run("check", store.path, "--deep")
            #expect(again.status == 0)
            #expect(again.text.hasSuffix("checked, no faults\n") && again.text.split(separator: "\n").count == 1)
        }
    }

    @Test func `check ends with 1 if a fault remains`() throws {
        try SmallStore.with(broken: true) { store in
            let run = Zarrwlr.run("check", store.path, "--repair")
            #expect(run.status == 1)
            #expect(run.text.contains("fault: /pond/2: its FLAC stream cannot be read"))
        }
    }

    @Test func `check ends with 2 if something could not be checked`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("check", store.path, "--repair").status == 0)
            let document = URL(filePath: "\(store.path)/pond/1/audio_data_blob_array/zarr.json")
            let text = try String(contentsOf: document, encoding: .utf8)
            try Data(text.replacing("\"bytes\"", with: "\"strange\"").utf8).write(to: document)
            let run = Zarrwlr.run("check", store.path)
            #expect(run.status == 2)
            #expect(run.text.contains("unchecked: /pond/1:") && run.text.contains("1 could not be checked"))
        }
    }

    @Test func `check prints the same findings as JSON`() throws {
        try SmallStore.with { store in
            let run = Zarrwlr.run("check", store.path, "--json")
            #expect(run.status == 1)
            let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
            let findings = try #require(json["findings"] as? [[String: Any]])
            #expect(findings.first?["kind"] as? String == "fault")
            #expect(findings.first?["path"] as? String == "pond/0")
            #expect(findings.first?["repair"] as? String == "possible")
            #expect((json["summary"] as? [String: Any])?["faults"] as? Int == 1)
        }
    }

    @Test func `check and info count the chunks that a plain array leaves out`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "a.zarr"))
            try store.addArray(
                "sound", shape: [400], type: "int16", bytes: [UInt8](repeating: 1, count: 800), chunks: [100],
                attributes: ["sample_rate": 8_000])
            for number in [1, 2] { try FileManager.default.removeItem(at: store.chunk([number], of: "sound")) }
            let path = store.directory.path

            let check = Zarrwlr.run("check", path)
            #expect(check.status == 0)
            #expect(
                check.text.hasPrefix(
                    "note: /sound: 2 of its 4 chunks are not in the store, and read as the fill value\n"))
            let report = try object(Zarrwlr.run("check", path, "--json").output)
            let finding = try #require((report["findings"] as? [[String: Any]])?.first)
            #expect(finding["kind"] as? String == "note" && finding["path"] as? String == "sound")
            #expect(finding["absent_chunks"] as? Int == 2)
            #expect((report["summary"] as? [String: Any])?["absent_chunks"] as? Int == 2)

            let info = Zarrwlr.run("info", path, "sound")
            #expect(info.status == 0)
            #expect(
                info.text.contains(
                    "chunks            4, of which 2 are not in the store, and read as the fill value\n"))
            let chunks = try object(Zarrwlr.run("info", path, "sound", "--json").output)["chunks"] as? [String: Int]
            #expect(chunks == ["count": 4, "absent": 2])
        }
    }

    @Test func `checks with --for go through all recordings, one after the other, and begin anew`() throws {
        try SmallStore.with { store in
            let cache = store.file("cache")
            #expect(Zarrwlr.run("check", store.path, "--repair").status == 0)
            let bookmark = try #require(CheckBookmark(of: StoreAddress(store.path), isDeep: true, folder: cache))
            func checked(_ arguments: String...) throws -> [Int] {
                let run = Zarrwlr.run(
                    ["check", store.path, "--json", "--for", "1h"] + arguments, cacheFolder: cache)
                #expect(run.status == 0)
                let summary = try #require(try object(run.output)["summary"] as? [String: Any])
                return [summary["recordings"] as? Int ?? -1, summary["remaining"] as? Int ?? -1]
            }
            #expect(try checked("--deep") == [2, 0])
            #expect(bookmark.recording == "pond/1")
            // As if the time had been over behind the first.
            try bookmark.put("pond/0")
            #expect(try checked("--deep") == [1, 0])
            #expect(try checked("--deep") == [2, 0])
            // One that is not there any more.
            try bookmark.put("pond/7")
            #expect(try checked("--deep") == [2, 0])
            // Checks that are not deep have a place of their own.
            try bookmark.put("pond/0")
            #expect(try checked() == [2, 0])
            #expect(bookmark.recording == "pond/0")
            let text = Zarrwlr.run(["check", store.path, "--for", "1h"], cacheFolder: cache).text
            #expect(text.hasSuffix("none left: the next check begins anew\n"))
            #expect(!Zarrwlr.run("check", store.path).text.contains("none left"))
            #expect(Zarrwlr.run("check", store.path, "--for", "1h").errors.contains("XDG_CACHE_HOME"))
            for text in ["1", "h", "-1h", "0s", "1d", "99999999h"] {
                #expect(Zarrwlr.run("check", store.path, "--for", text).errors.contains("is no time such as"))
            }
        }
    }

    @Test func `check --repair --from mends a store, and names what only the copy has`() throws {
        try SmallStore.with { store in
            let copy = store.file("copy.zarr")
            #expect(Zarrwlr.run("check", store.path, "--repair").status == 0)
            try FileManager.default.copyItem(atPath: store.path, toPath: copy)
            let chunk = URL(filePath: "\(store.path)/pond/0/audio_data_blob_array/c/0")
            let good = try Data(contentsOf: chunk)
            var bad = good
            bad[20_000] ^= 1
            try bad.write(to: chunk)
            #expect(Zarrwlr.run("check", store.path, "--from", copy).errors.contains("option '--from' needs --repair"))
            #expect(Zarrwlr.run("check", store.path, "--repair").status == 1)

            let mended = Zarrwlr.run("check", store.path, "--repair", "--from", copy)
            #expect(mended.status == 0)
            #expect(mended.text.contains("repaired: /pond/0: mended from the copy: audio_data_blob_array\n"))
            #expect(Zarrwlr.run("check", store.path, "--deep").status == 0)

            try FileManager.default.removeItem(atPath: "\(store.path)/pond/1")
            let missing = Zarrwlr.run("check", store.path, "--repair", "--from", copy)
            #expect(missing.status == 2)
            #expect(missing.text.contains("unchecked: /pond/1: is in the copy and not in the store; "))
            #expect(Zarrwlr.run("check", store.path, "--repair", "--from", store.file("none.zarr")).status == 2)
        }
    }

    private func object(_ json: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }
}
