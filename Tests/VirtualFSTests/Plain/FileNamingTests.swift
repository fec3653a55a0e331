import Support
import Testing

@testable import VirtualFS

struct FileNamingTests {
    @Test func `a file has the name of its source, with its number if another file has that name`() {
        #expect(names([("a.flac", 0), ("a.flac", 7), ("b.flac", 8)]) == ["a.wav", "a~7.wav", "b.wav"])
    }

    @Test func `a name that looks numbered goes to the recording whose source is called so`() {
        #expect(names([("a.flac", 0), ("a.flac", 7), ("a~7.flac", 9)]) == ["a.wav", "a~7~2.wav", "a~7.wav"])
    }

    @Test func `files without numbers are counted from 2`() {
        #expect(names([("a", nil), ("a", nil), ("a", nil)]) == ["a.wav", "a~2.wav", "a~3.wav"])
    }

    @Test func `names collide if sources differ only in their extensions, or in what was mended`() {
        #expect(
            names([("a.flac", 1), ("a.mp3", 2), ("x/y", 3), ("x\ny", 4)]) == [
                "a.wav", "a~2.wav", "x_y.wav", "x_y~4.wav",
            ])
    }

    @Test func `file names that differ in their bytes are two, even if Unicode calls them equal`() {
        #expect(names([("\u{E9}.wav", 0), ("e\u{301}.wav", 1)]).map(\.utf8.count) == [6, 7])
    }

    @Test func `names that were cut short stay within 255 bytes when they collide`() {
        let long = String(repeating: "n", count: 300)
        let names = names([("\(long)a.flac", 3), ("\(long)b.flac", 12_345)])
        #expect(names[0].utf8.count == 255)
        #expect(names[1].utf8.count == 255)
        #expect(names[1].hasSuffix("n~12345.wav"))
    }

    @Test func `no file gets a reserved name`() {
        let naming = FileNaming(count: 3, reserved: [Array(".zarrwlr".utf8)]) { index in
            FileNaming.Child(name: FileName(directory: index == 1 ? ".zarrwlr~2" : ".zarrwlr"), number: nil)
        }
        #expect((0..<3).map { naming.names.text(at: $0) } == [".zarrwlr~2", ".zarrwlr~3", ".zarrwlr~4"])
        #expect(naming.children == [1, 0, 2])
    }

    @Test func `naming is fast even if all sources have the same name`() {
        let names = names((0..<20_000).map { _ in ("same", nil) })
        #expect(Set(names).count == 20_000)
    }

    @Test func `names are in the order of their bytes, whatever order they were wanted in`() {
        let sources: [(String, UInt64?)] = [
            ("b", 0), ("a", 1), ("b", 2), ("\u{E9}", 3), ("B", 4), ("a~1", 5), ("a", 9),
        ]
        let naming = FileNaming(count: sources.count) { index in
            FileNaming.Child(name: FileName(source: sources[index].0), number: sources[index].1)
        }
        #expect(
            (0..<sources.count).map { naming.names.text(at: $0) }
                == ["B.wav", "a.wav", "a~1.wav", "a~9.wav", "b.wav", "b~2.wav", "\u{E9}.wav"])
        #expect(naming.children == [4, 1, 5, 6, 0, 2, 3])
    }

    /// The names that recordings of these `sources`, each with a number, get, in the order of the sources.
    private func names(_ sources: [(String, UInt64?)]) -> [String] {
        let naming = FileNaming(count: sources.count) { index in
            FileNaming.Child(name: FileName(source: sources[index].0), number: sources[index].1)
        }
        var names = [String](repeating: "", count: sources.count)
        for (place, child) in naming.children.enumerated() { names[Int(child)] = naming.names.text(at: place) }
        return names
    }
}
