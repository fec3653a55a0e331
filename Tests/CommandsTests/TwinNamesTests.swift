import Foundation
import TestSupport
import Testing

@testable import Commands

/// Nodes in one folder whose names differ only in how Unicode encodes their letters.
@Suite struct `Nodes whose names look the same` {
    /// `pond` with the recording `0` becomes a group `e´` of two code points, and one of another recording is added whose name has one.
    private static func with(_ body: (SmallStore) throws -> Void) throws {
        try SmallStore.with { store throws in
            try FileManager.default.removeItem(atPath: "\(store.path)/pond/1")
            try FileManager.default.moveItem(atPath: "\(store.path)/pond", toPath: "\(store.path)/e\u{301}")
            let other = try TestStore(at: URL(filePath: store.path))
            try other.addGroup("\u{E9}", attributes: TestStore.audioGroup)
            try other.addRecording(
                "\u{E9}/0", codec: "opus", blob: SmallStore.fixture("celt.opus"), fileName: "day.wav")
            try body(store)
        }
    }

    @Test
    func `the first is served with its own bytes, and the others are named as problems, with a status that is not 0`()
        throws
    {
        try Self.with { store throws in
            let list = Zarrwlr.run("list", "--csv", store.path)
            #expect(list.status == 1)
            #expect(list.text.contains("night.wav") && !list.text.contains("day.wav"), "\(list.text)")
            #expect(list.errors.contains(#"(this one is $'\xc3\xa9' in a shell)"#), "\(list.errors)")
            let output = store.file("out")
            #expect(Zarrwlr.run("extract", store.path, "-o", output).status == 1)
            try SmallStore.with { plain throws in
                let expected = plain.file("out")
                #expect(Zarrwlr.run("extract", plain.path, "pond/0", "-o", expected).status == 0)
                #expect(
                    FileManager.default.contentsEqual(
                        atPath: "\(output)/e\u{301}/night.wav", andPath: expected))
            }
            let check = Zarrwlr.run("check", store.path)
            #expect(check.status == 1)
            #expect(check.text.contains("how Unicode encodes its letters"), "\(check.text)")
        }
    }

    @Test func `each is served if it is asked for alone`() throws {
        try Self.with { store throws in
            #expect(Zarrwlr.run("list", "--csv", "\(store.path)::\u{E9}").text.contains("day.wav"))
            #expect(Zarrwlr.run("list", "--csv", "\(store.path)::e\u{301}").text.contains("night.wav"))
        }
    }

    @Test func `a copy leaves the others out, says so, and makes none`() throws {
        try Self.with { store throws in
            let copy = store.file("b.zarr")
            let result = Zarrwlr.run("copy", store.path, copy)
            #expect(result.status == 1)
            #expect(result.errors.contains(#"$'\xc3\xa9'"#), "\(result.errors)")
            #expect(Zarrwlr.run("list", "--csv", copy).text.contains("night.wav"))
            let other = Zarrwlr.run("copy", "\(store.path)::\u{E9}", copy)
            #expect(other.status != 0)
            #expect(other.errors.contains(#"there is $'e\xcc\x81' (as a shell has it)"#), "\(other.errors)")
        }
    }

    @Test func `an import makes none`() throws {
        try SmallStore.with { store throws in
            let source = store.file("a.wav")
            #expect(Zarrwlr.run("extract", store.path, "pond/0", "-o", source).status == 0)
            #expect(Zarrwlr.run("import", "\(store.path)::e\u{301}t\u{E9}", source).status == 0)
            let result = Zarrwlr.run("import", "\(store.path)::\u{E9}t\u{E9}", source)
            #expect(result.status != 0)
            #expect(result.errors.contains(#"there is $'e\xcc\x81t\xc3\xa9' (as a shell has it)"#), "\(result.errors)")
            #expect(Zarrwlr.run("list", "--csv", store.path).status == 0)
        }
    }
}
