import Foundation
import Recordings
import TestSupport
import Testing

/// Every promise in docs/semantics.md has a test.
@Suite struct `The semantics page` {
    /// The promises: rows of tables, and items of lists.
    private let promises: [String]
    /// The names of the footnotes that are defined, in order.
    private let definitions: [String]
    /// The tests of each footnote, as `Target: name`.
    private let footnotes: [String: [String]]

    init() throws {
        let text = try String(contentsOf: TestFiles.repository.appending(path: "docs/semantics.md"), encoding: .utf8)
        var promises: [String] = []
        var definitions: [String] = []
        var footnotes: [String: [String]] = [:]
        var isTableBody = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let definition = line.wholeMatch(of: #/\[\^(\w+)\]: (.+)/#) {
                definitions.append(String(definition.1))
                footnotes[String(definition.1)] = definition.2.split(separator: "; ").map(String.init)
            } else if line.hasPrefix("|---") {
                isTableBody = true
            } else if line.hasPrefix("|") {
                if isTableBody { promises.append(String(line)) }
            } else if line.hasPrefix("- ") {
                promises.append(String(line))
            } else if line.hasPrefix("  "), let last = promises.popLast() {
                promises.append(last + line)
            }
            if !line.hasPrefix("|") { isTableBody = false }
        }
        self.promises = promises
        self.definitions = definitions
        self.footnotes = footnotes
    }

    private func references(of promise: String) -> [String] {
        promise.matches(of: #/\[\^(\w+)\]/#).map { String($0.1) }
    }

    @Test func `every promise of docs/semantics.md ends with a footnote`() {
        #expect(promises.count > 60)
        for promise in promises {
            #expect(promise.contains(#/\[\^\w+\]( \|)?$/#), "\(promise)")
        }
    }

    @Test func `every footnote of docs/semantics.md is defined once and used`() {
        let used = Set(promises.flatMap(references))
        #expect(definitions.sorted() == used.sorted())
    }

    @Test func `every footnote of docs/semantics.md names tests that exist`() throws {
        var tests: [String: Set<String>] = [:]
        for reference in footnotes.values.joined() {
            let parts = reference.split(separator: ": ", maxSplits: 1).map(String.init)
            try #require(parts.count == 2, "\(reference)")
            let known = try tests[parts[0]] ?? names(ofTestsIn: parts[0])
            tests[parts[0]] = known
            #expect(known.contains(parts[1]), "\(reference)")
        }
    }

    @Test func `the semantics page lists every column that is shown, with what it says`() {
        let rows = RecordingColumn.all.filter { $0.kind != nil }.map { column in
            "| `\(column.name)` | \(column.meaning) | \(column.unit ?? "") | [^columns] |"
        }
        #expect(promises.filter { $0.hasSuffix("| [^columns] |") } == rows)
    }

    /// The names of the tests in `Tests/<target>`: the names of functions in backticks, and the descriptions of others.
    private func names(ofTestsIn target: String) throws -> Set<String> {
        let directory = TestFiles.repository.appending(path: "Tests/\(target)")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        return try paths.filter { $0.hasSuffix(".swift") }.reduce(into: []) { names, path in
            let text = try String(contentsOf: directory.appending(path: path), encoding: .utf8)
            names.formUnion(text.matches(of: #/@Test(?:\([^`]*?)?\s+func `([^`]+)`/#).map { String($0.1) })
            names.formUnion(text.matches(of: #/@Test\("([^"]+)"/#).map { String($0.1) })
        }
    }
}
