import Testing

@testable import Commands

@Suite struct `Names that were probably meant` {
    @Test(arguments: [
        ("", "", 0), ("list", "list", 0), ("lst", "list", 1), ("ilst", "list", 1), ("liist", "list", 1),
        ("lisp", "list", 1), ("", "abc", 3), ("kitten", "sitting", 3),
    ])
    func `the distance of two names is how many characters are wrong, or swapped`(
        left: String, right: String, distance: Int
    ) {
        #expect(NearestName.distance(left, right) == distance)
        #expect(NearestName.distance(right, left) == distance)
    }

    @Test func `the nearest name is proposed if it is near`() {
        let names = ["import", "info", "extract", "remove"]
        #expect(NearestName.advice(for: "improt", among: names) == ", did you mean 'import'?")
        #expect(NearestName.advice(for: "xtract", among: names) == ", did you mean 'extract'?")
        #expect(NearestName.advice(for: "inf", among: names) == ", did you mean 'info'?")
        #expect(NearestName.advice(for: "delete", among: names).isEmpty)
        #expect(NearestName.advice(for: String(repeating: "x", count: 100_000), among: names).isEmpty)
        #expect(NearestName.advice(for: "", among: names).isEmpty)
    }
}
