import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr catalogue` {
    @Test func `what cannot be read is named, is no fault of the catalogue, and makes the exit status 1`() throws {
        try SmallStore.with { small in
            let store = small.path
            let document = URL(filePath: "\(store)/pond/1/zarr.json")
            let bytes = try Data(contentsOf: document)
            #expect(Zarrwlr.run("catalogue", store).status == 0)
            try bytes.prefix(bytes.count / 2).write(to: document)
            let check = Zarrwlr.run("catalogue", "--check", store)
            #expect(check.status == 1)
            #expect(check.text.contains("/pond/1: cannot be read") && !check.text.contains("only in the catalogue"))
            #expect(check.text.contains("1 recording, the catalogue is right, 1 cannot be read"))
            let write = Zarrwlr.run("catalogue", store)
            #expect(write.status == 1)
            #expect(write.text == "1 recording in the catalogue\n")
            #expect(write.errors.contains("left out: /pond/1: cannot be read"), "\(write.errors)")
            try bytes.write(to: document)
            #expect(Zarrwlr.run("catalogue", store).status == 0)
            #expect(Zarrwlr.run("catalogue", "--check", store).text == "2 recordings, the catalogue is right\n")
        }
    }

    /// The lines of `zarrwlr catalogue --check`, and its status.
    private func check(_ store: SmallStore) -> (status: Int32, lines: [Substring]) {
        let result = Zarrwlr.run("catalogue", "--check", store.path)
        return (result.status, result.text.split(separator: "\n"))
    }

    /// The path of a WAV file that is in no store.
    private func newSource(_ store: SmallStore) throws -> String {
        let source = store.file("new.wav")
        var builder = WaveBuilder()
        builder.addFormat()
        builder.add("data", (0..<2_000).flatMap { WaveBuilder.littleEndian(Int16($0 % 70)) })
        try Data(builder.bytes).write(to: URL(filePath: source))
        return source
    }

    private func parts(_ store: SmallStore) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: store.file("a.zarr/.zarrwlr-catalogue"))
            .filter { $0 != "zarr.json" }
    }

    @Test func `an import into a folder with a catalogue, and each change of it, adds to the catalogue`() throws {
        try SmallStore.with { store in
            let source = try newSource(store)
            #expect(Zarrwlr.run("catalogue", "--check", store.path).errors.contains("there is no catalogue in it"))
            #expect(Zarrwlr.run("catalogue", "--remove", store.path).status == 2)
            #expect(Zarrwlr.run("import", store.path + "::lake", source).status == 0)
            #expect(!FileManager.default.fileExists(atPath: store.file("a.zarr/.zarrwlr-catalogue")))

            let written = Zarrwlr.run("catalogue", store.path)
            #expect(written.status == 0 && written.text == "3 recordings in the catalogue\n", "\(written.errors)")
            #expect(check(store) == (0, ["3 recordings, the catalogue is right"]))
            for arguments in [
                ["import", "\(store.path)::sea", source], ["set", store.path, "pond/0", "name=dusk.wav"],
                ["move", store.path, "pond/1", "lake"], ["remove", store.path, "lake/0"],
            ] {
                let result = Zarrwlr.run(arguments)
                #expect(result.status == 0 && result.errors.isEmpty, "\(arguments): \(result.errors)")
                #expect(check(store).status == 0, "\(arguments): \(check(store).lines)")
            }
            #expect(try parts(store).count == 5)
            // What the fixtures lack is added.
            #expect(Zarrwlr.run("check", "--repair", store.path).text.contains("repaired: /pond/0"))
            #expect(try parts(store).count == 6)
            #expect(check(store).status == 0)
            #expect(Zarrwlr.run("catalogue", store.path).text == "3 recordings in the catalogue\n")
            #expect(try parts(store).count == 1)

            try FileManager.default.removeItem(atPath: store.file("a.zarr/pond/0"))
            #expect(
                check(store) == (
                    1,
                    [
                        "/pond/0: is only in the catalogue",
                        "2 recordings, 1 not as in the catalogue; zarrwlr catalogue --anew mends it",
                    ]
                ))
            #expect(Zarrwlr.run("catalogue", "--remove", store.path).status == 0)
            #expect(!FileManager.default.fileExists(atPath: store.file("a.zarr/.zarrwlr-catalogue")))
            #expect(Zarrwlr.run("catalogue", "\(store.path)::pond").errors.contains("is that of a whole store"))
        }
    }

    @Test func `an import of a thousand recordings into a folder begins its catalogue`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = directory.appending(path: "card")
            try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: false)
            for number in 0..<1000 {
                var file = WaveBuilder()
                file.addFormat()
                file.add("data", (0..<8).flatMap { WaveBuilder.littleEndian(Int16(number >> $0)) })
                try Data(file.bytes).write(to: sources.appending(path: "\(number).wav"))
            }
            let store = directory.appending(path: "a.zarr").path
            #expect(Zarrwlr.run("import", "-q", store, sources.path).status == 0)
            let check = Zarrwlr.run("catalogue", "--check", store)
            #expect(check.text == "1000 recordings, the catalogue is right\n", "\(check.errors)")
        }
    }

    @Test func `an import that is repeated adds to the catalogue what an interrupted one could not`() throws {
        try SmallStore.with { store in
            let source = try newSource(store)
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let before = try parts(store)
            #expect(Zarrwlr.run("import", "\(store.path)::sea", source).status == 0)
            // As if it had been killed when the recording was there.
            for part in try parts(store) where !before.contains(part) {
                try FileManager.default.removeItem(atPath: store.file("a.zarr/.zarrwlr-catalogue/\(part)"))
            }
            #expect(check(store).lines.first == "/sea/0: is not in the catalogue")
            let again = Zarrwlr.run("import", "\(store.path)::sea", source)
            #expect(again.status == 0 && again.text.contains("already there"), "\(again.errors)")
            #expect(check(store) == (0, ["3 recordings, the catalogue is right"]))
            // There is nothing to be added now.
            let complete = try parts(store)
            #expect(Zarrwlr.run("import", "\(store.path)::sea", source).status == 0)
            #expect(try parts(store) == complete)
        }
    }

    @Test func `a copy that is repeated adds to the catalogue what an interrupted one could not`() throws {
        try SmallStore.with { store in
            let copy = store.file("b.zarr")
            #expect(Zarrwlr.run("copy", store.path, copy).status == 0)
            #expect(Zarrwlr.run("catalogue", copy).status == 0)
            let catalogue = "\(copy)/.zarrwlr-catalogue"
            for part in try FileManager.default.contentsOfDirectory(atPath: catalogue) where part != "zarr.json" {
                try FileManager.default.removeItem(atPath: "\(catalogue)/\(part)")
            }
            #expect(Zarrwlr.run("catalogue", "--check", copy).status == 1)
            #expect(Zarrwlr.run("copy", store.path, copy).status == 0)
            #expect(Zarrwlr.run("catalogue", "--check", copy).text == "2 recordings, the catalogue is right\n")
        }
    }

    @Test func `a store on a web server is listed from its catalogue`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let values = try ServedValues(of: URL(filePath: store.path))
            let server = try ScriptedServer { request, _ in values.answer(request) }
            for arguments in [["list", "--csv"], ["extract", "pond/night.wav", "-o", "-"]] {
                let remote = Zarrwlr.run([arguments[0], server.url] + arguments.dropFirst())
                let local = Zarrwlr.run([arguments[0], store.path] + arguments.dropFirst())
                #expect(remote.status == 0 && remote.errors.isEmpty, "\(remote.errors)")
                // How large a recording is in the store cannot be asked.
                let names = ["night.wav", "day.wav"].filter { remote.text.contains($0) && local.text.contains($0) }
                let isEqual = remote.output == local.output
                #expect(isEqual || names.count == 2)
            }
            let result = Zarrwlr.run("catalogue", server.url)
            #expect(result.status == 2 && result.errors.contains("a store on a web server is only read"))
        }
    }

    /// How the folder at `copy` differs from the one at `original`, but for their catalogues.
    private func differences(_ original: String, _ copy: String) throws -> String {
        try run("diff", "-rq", "-x", ".zarrwlr-catalogue", original, copy).text
    }

    @Test func `a store on a web server is copied as its catalogue names it, and says that there may be more`() throws {
        try SmallStore.with { store in
            let (array, other) = ("\(store.path)/pond/0/audio_data_blob_array", "\(store.path)/pond/other")
            for copy in ["\(store.path)/pond/sidecars-0", "\(store.path)/pond/sidecars-1"] {
                try FileManager.default.copyItem(atPath: array, toPath: copy)
            }
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let values = try ServedValues(of: URL(filePath: store.path))
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run("copy", server.url, copy)
            #expect(result.status == 1)
            #expect(
                result.errors.contains("/: what else there may be is not copied, since a web server"),
                "\(result.errors)")
            #expect(try differences(store.path, copy) == "")
            let again = Zarrwlr.run("copy", "--json", server.url, copy)
            #expect(again.text.contains(#""status":"not seen""#) && again.status == 1, "\(again.text)")
            // Who does not know of it cannot see it.
            try FileManager.default.copyItem(atPath: array, toPath: other)
            for name in ["zarr.json", "c/0"] {
                values["pond/other/\(name)"] = try? store.bytes("\(other)/\(name)")
            }
            #expect(Zarrwlr.run("copy", "-q", server.url, copy).status == 1)
            let found = try differences(store.path, copy)
            #expect(found == "Only in \(store.path)/pond: other")
        }
    }

    @Test func `a store on a web server is checked as its catalogue names it, and a note says that there may be more`()
        throws
    {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let values = try ServedValues(of: URL(filePath: store.path))
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let expected = Zarrwlr.run("check", store.path)
            let result = Zarrwlr.run("check", server.url)
            #expect(result.status == expected.status, "\(result.text) \(result.errors)")
            let lines = result.text.split(separator: "\n")
            let notes = lines.filter { $0.hasPrefix("note: /: what else there may be is not checked") }
            #expect(notes.count == 1, "\(result.text)")
            // The last line counts the findings.
            let others = lines.filter { !notes.contains($0) }.dropLast()
            #expect(others == expected.text.split(separator: "\n").dropLast(), "\(result.text)")
            #expect(lines.last?.hasPrefix("2 recordings, ") == true, "\(result.text)")
            values["pond/1/audio_data_blob_array/c/0"] = [1, 2, 3]
            let damaged = Zarrwlr.run("check", server.url)
            #expect(damaged.status == 1 && damaged.text.contains("fault: /pond/1"), "\(damaged.text)")
        }
    }

    @Test func `what came after metadata were consolidated is copied by its path, and what a group has is not known`()
        throws
    {
        try SmallStore.with { store in
            let document = "\(store.path)/zarr.json"
            var values = try #require(
                try JSONSerialization.jsonObject(with: Data(store.bytes(document))) as? [String: Any])
            let pond = try JSONSerialization.jsonObject(with: Data(store.bytes("\(store.path)/pond/zarr.json")))
            values["consolidated_metadata"] = [
                "kind": "inline", "must_understand": false, "metadata": ["pond": pond],
            ]
            try JSONSerialization.data(withJSONObject: values).write(to: URL(filePath: document))
            let served = try ServedValues(of: URL(filePath: store.path))
            served["lake/zarr.json"] = try store.bytes("\(store.path)/pond/zarr.json")
            let server = try ScriptedServer { request, _ in served.answer(request) }
            let copy = store.file("b.zarr")
            #expect(Zarrwlr.run("copy", "\(server.url)::pond/0", copy).status == 1)
            #expect(try run("diff", "-r", "\(store.path)/pond/0", "\(copy)/pond/0").text == "")
            let lake = Zarrwlr.run("copy", "\(server.url)::lake", copy)
            #expect(lake.status == 1 && lake.errors.contains("what else there may be"), "\(lake.errors)")
        }
    }

    @Test func `if not all of a catalogue on a web server can be used, copy and check say that there may be more`()
        throws
    {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let values = try ServedValues(of: URL(filePath: store.path))
            let paths = values.keys.filter { $0.hasPrefix("pond/0/") && $0.hasSuffix("/zarr.json") }
            let metadata = (["pond", "pond/0"] + paths.map { String($0.dropLast(10)) }).map { "\"\($0)\":{}" }
            let root =
                #"{"zarr_format":3,"node_type":"group","consolidated_metadata":{"kind":"inline","metadata":{\#(metadata.joined(separator: ","))}}}"#
            values["zarr.json"] = Array(root.utf8)
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let parts = values.keys.filter { $0.hasPrefix(".zarrwlr-catalogue/") && $0.hasSuffix("/zarr.json") }
            let part = try #require(parts.first { $0.split(separator: "/").count == 3 })
            // It is damaged, and then it is gone.
            for bytes: [UInt8]? in [Array("{".utf8), nil] {
                values[part] = bytes
                let check = Zarrwlr.run("check", server.url)
                #expect(check.text.contains("note: /: what else there may be is not checked"), "\(check.text)")
                let copy = Zarrwlr.run("copy", server.url, store.file(bytes == nil ? "b.zarr" : "c.zarr"))
                #expect(copy.status == 1 && copy.errors.contains("what else there may be"), "\(copy.errors)")
            }
        }
    }

    @Test func `arrays that a server forbids to look at count as absent`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let served = try ServedValues(of: URL(filePath: store.path))
            let server = try ScriptedServer { request, _ in
                let answer = served.answer(request)
                return answer.status == 404 ? .init(403) : answer
            }
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run("copy", server.url, copy)
            #expect(result.errors.contains("2 copied"), "\(result.errors)")
            #expect(try differences(store.path, copy) == "")
        }
    }

    @Test func `a recording on a web server that nothing names is copied by its path`() throws {
        try SmallStore.with { store in
            let values = try ServedValues(of: URL(filePath: store.path))
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run("copy", "\(server.url)::pond/1", copy)
            #expect(result.status == 1)
            #expect(result.errors.contains("/pond/1: what else there may be is not copied"), "\(result.errors)")
            let found = try differences(store.path, copy)
            #expect(found == "Only in \(store.path)/pond: 0")
            let group = Zarrwlr.run("copy", "\(server.url)::pond", copy)
            #expect(group.status == 1 && group.errors.contains("no catalogue"), "\(group.errors)")
        }
    }

    @Test func `a recording that came after metadata were consolidated is copied as the catalogue names it`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let values = try ServedValues(of: URL(filePath: store.path))
            let paths = values.keys.filter {
                $0.hasPrefix("pond/") && !$0.hasPrefix("pond/1/") && $0.hasSuffix("/zarr.json")
            }
            let metadata = paths.map { "\"\($0.dropLast(10))\":{}" }.joined(separator: ",")
            let root =
                #"{"zarr_format":3,"node_type":"group","consolidated_metadata":{"kind":"inline","metadata":{\#(metadata)}}}"#
            values["zarr.json"] = Array(root.utf8)
            let server = try ScriptedServer { request, _ in values.answer(request) }
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run("copy", server.url, copy)
            for path in ["/pond/0", "/pond/1"] { #expect(result.text.contains("\(path): copied"), "\(result.errors)") }
            #expect(result.status == 1 && result.errors.contains("what else there may be"))
            #expect(try differences("\(store.path)/pond", "\(copy)/pond") == "")
            // What metadata name is all that there is.
            let one = Zarrwlr.run("copy", "\(server.url)::pond/0", store.file("c.zarr"))
            #expect(one.status == 0, "\(one.errors)")
        }
    }

    @Test(.enabled(if: ZarrPython.hasPandas, "needs zarr-python and pandas: see ZARRWLR_PYTHON"))
    func `the example of docs loads a catalogue into pandas`() throws {
        try SmallStore.with { store in
            #expect(Zarrwlr.run("catalogue", store.path).status == 0)
            let page = try String(
                contentsOf: TestFiles.repository.appending(path: "docs/store-format.md"), encoding: .utf8)
            let example = try #require(page.split(separator: "```python\n").last?.split(separator: "```").first)
            let script = store.file("example.py")
            let code =
                example.replacing("\"reserve.zarr\"", with: "\"\(store.path)\"") + "\nprint(table.kind.tolist())\n"
            try Data(code.utf8).write(to: URL(filePath: script))
            let result = try run(ZarrPython.interpreter ?? "python3", script)
            #expect(result.status == 0, "\(result.errors)")
            let lines = result.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(lines.contains { $0.count == 5 && $0[0] == "pond/0" && $0[2] == "flac" && Int($0[3]) != nil })
            #expect(lines.last == ["[1,", "1,", "0,", "0]"])
        }
    }
}
