import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct `zarrwlr copy` {
    /// Whether the folders at the paths `one` and `other` have the same files with the same bytes.
    private func isSame(_ one: String, _ other: String) throws -> Bool {
        try run("diff", "-r", one, other).status == 0
    }

    @Test func `a store is copied, compared when it is copied again, and what is missing is added`() throws {
        try SmallStore.with { store throws in
            let copy = store.file("b.zarr")
            let first = Zarrwlr.run("copy", store.path, copy)
            #expect(first.status == 0)
            let lines = first.text.split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("/pond/0: copied, 3 files, "), "\(first.text)")
            #expect(first.errors.hasPrefix("zarrwlr copy: 2 copied ("), "\(first.errors)")
            #expect(try isSame(store.path, copy))
            #expect(Zarrwlr.run("check", copy).text == Zarrwlr.run("check", store.path).text)

            try FileManager.default.removeItem(atPath: "\(copy)/pond/1")
            let second = Zarrwlr.run("copy", store.path, copy)
            #expect(second.status == 0)
            #expect(second.text.hasPrefix("/pond/0: already there, with the same bytes\n/pond/1: copied, "))
            #expect(second.errors.hasSuffix(", 1 there already\n"), "\(second.errors)")
            #expect(try isSame(store.path, copy))
            #expect(Zarrwlr.run("copy", "-q", store.path, copy).output.isEmpty)
        }
    }

    @Test func `a recording and a group have the same path in the copy`() throws {
        try SmallStore.with { store throws in
            let copy = store.file("b.zarr")
            #expect(Zarrwlr.run("copy", "\(store.path)::pond/1", copy).text.hasPrefix("/pond/1: copied"))
            #expect(Zarrwlr.run("list", "--csv", copy).text.contains("day.wav"))
            #expect(Zarrwlr.run("copy", "\(store.path)::pond", copy).text.hasPrefix("/pond/0: copied"))
            #expect(try isSame(store.path, copy))
        }
    }

    @Test func `what differs and what belongs to no node is named, and JSON has a line for each`() throws {
        try SmallStore.with { store throws in
            let copy = store.file("b.zarr")
            #expect(Zarrwlr.run("copy", store.path, copy).status == 0)
            try Data([1]).write(to: URL(filePath: "\(copy)/pond/0/zarr.json"))
            try Data([1]).write(to: URL(filePath: "\(store.path)/README"))
            let text = Zarrwlr.run("copy", "-q", store.path, copy)
            #expect(text.status == 1)
            #expect(
                text.errors == """
                    zarrwlr copy: /README: belongs to no Zarr node, and is not copied
                    zarrwlr copy: /pond/0: the destination has it with another zarr.json, and it is left as it is

                    """)
            let lines = Zarrwlr.run("copy", "--json", store.path, copy).text.split(separator: "\n")
            let objects = try lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(objects.map { $0["status"] as? String } == ["passed over", "failed", "already there"])
            #expect(objects.map { $0["path"] as? String } == ["README", "pond/0", "pond/1"])
        }
    }

    @Test func `nothing is copied into a recording, and nodes with reserved names are named`() throws {
        try SmallStore.with { store throws in
            let copy = store.file("b.zarr")
            #expect(Zarrwlr.run("copy", store.path, copy).status == 0)
            for (source, target) in [(store.path, "\(copy)/pond/0"), ("\(store.path)::pond", "\(copy)/pond/0")] {
                let result = Zarrwlr.run("copy", source, target)
                #expect(result.status == 2)
                #expect(
                    result.errors.contains(
                        "the destination has an array or a recording there, and it is left as it is"),
                    "\(result.errors)")
                #expect(try isSame(store.path, copy))
            }
            let hidden = "\(store.path)/pond/__x"
            try FileManager.default.copyItem(atPath: "\(store.path)/pond/1", toPath: hidden)
            let result = Zarrwlr.run("copy", "-q", store.path, store.file("c.zarr"))
            #expect(result.errors == "zarrwlr copy: /pond/__x: belongs to no Zarr node, and is not copied\n")
        }
    }

    @Test func `a prefix in that of the source is refused, whatever the service is called`() {
        let result = Zarrwlr.run(
            "copy", "s3://birds/a.zarr", "s3://birds/a.zarr/b", "--endpoint", "http://127.0.0.1:1", "--dest-endpoint",
            "http://localhost:1")
        #expect(result.status == 2 && result.errors.contains("choose another prefix"), "\(result.errors)")
    }

    @Test func `what cannot be copied, and where nothing can be copied to, is refused before anything is made`() throws
    {
        try SmallStore.with { store throws in
            let copy = store.file("b.zarr")
            func reason(_ arguments: String...) -> String {
                let result = Zarrwlr.run(["copy"] + arguments)
                #expect(result.status == 2 && result.output.isEmpty)
                #expect(!FileManager.default.fileExists(atPath: copy), "\(arguments)")
                return result.errors
            }
            #expect(reason(store.file("none.zarr"), copy).contains("cannot open the store"))
            #expect(reason("\(store.path)::lake", copy).contains("/lake: there is no such node"))
            #expect(reason(store.path, "\(copy)::pond").contains("DEST is a store"))
            #expect(reason(store.path, store.file("b.zarr.zip")).contains("a ZIP archive is only read"))
            #expect(reason(store.path, "http://127.0.0.1:1/b.zarr").contains("a store on a web server is only read"))
            #expect(reason(store.path, store.path).contains("lies in SOURCE"))
            #expect(reason(store.path, "\(store.path)/pond/b.zarr").contains("lies in SOURCE"))
            #expect(reason("\(store.path)/pond", store.path).contains("or SOURCE in it"))
            #expect(reason(store.path, store.file("no/b.zarr")).contains("the store cannot be made"))
            try Data([1]).write(to: URL(filePath: store.file("file")))
            #expect(reason(store.path, store.file("file")).contains("is a file"))
            try FileManager.default.createDirectory(
                atPath: store.file("full/x"), withIntermediateDirectories: true)
            #expect(reason(store.path, store.file("full")).contains("holds x and no Zarr v3 store"))
        }
    }

    @Test func `a copy from S3 is the store`() throws {
        try SmallStore.with { store throws in
            let values = try ServedValues(of: URL(filePath: store.path), below: "a.zarr")
            let server = try ScriptedServer { request, _ in values.answer(request, bucket: "birds") }
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run(
                "copy", "s3://birds/a.zarr", copy, "--endpoint", server.url, "--anonymous", "--timeout", "2")
            #expect(result.status == 0, "\(result.errors)")
            #expect(try isSame(store.path, copy))
        }
    }
}
