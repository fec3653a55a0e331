import Testing

@testable import Zarr

struct NodeNamesTests {
    @Test
    func `of names that are the same to Unicode, the first by its bytes means a node, and the others are told apart`() {
        let names = NodeNames(["a", "\u{E9}", "e\u{301}", "e\u{301}x", "z"].sorted())
        #expect(names.distinct.map { Array($0.utf8) } == ["a", "z", "e\u{301}", "e\u{301}x"].map { Array($0.utf8) })
        #expect(names.twins.map { Array($0.utf8) } == [Array("\u{E9}".utf8)])
        // Three code points mean an angstrom.
        let three = NodeNames(["\u{212B}", "A\u{30A}", "\u{C5}"])
        #expect(three.distinct.map { Array($0.utf8) } == [Array("A\u{30A}".utf8)])
        #expect(three.twins.count == 2)
        #expect(NodeNames(["0", "1"]).twins.isEmpty)
    }

    @Test func `a problem names the node as a shell takes it`() {
        #expect(NodeNames.problem(of: "l'\u{E9}t\\e\n").contains(#"(this one is $'l\'\xc3\xa9t\\e\x0a' in a shell)"#))
    }
}
