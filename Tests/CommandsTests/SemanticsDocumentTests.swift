import Foundation
import TestSupport
import Testing

/// docs/semantics.md promises nothing that no test holds.
@Suite struct `The semantics page` {
    /// What one line of the page, or a bullet of several, says.
    private let promises: [String]
    /// The tests of each footnote, as `Target: name`.
    private let footnotes: [String: [String]]

    init() throws {
        let text = try String(contentsOf: TestFiles.repository.appending(path: "docs/semantics.md"), encoding: .utf8)
        var promises: [String] = []
        var footnotes: [String: [String]] = [:]
        var isTableBody = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let definition = line.wholeMatch(of: #/\[\^(\w+)\]: (.+)/#) {
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
        self.footnotes = footnotes
    }

    private func references(of promise: String) -> [String] {
        promise.matches(of: #/\[\^(\w+)\]/#).map { String($0.1) }
    }

    @Test func `has a footnote at the end of every promise`() {
        #expect(promises.count > 60)
        for promise in promises {
            #expect(promise.contains(#/\[\^\w+\]( \|)?$/#), "\(promise)")
        }
    }

    @Test func `has a test for every footnote, and a use`() {
        let used = Set(promises.flatMap(references))
        #expect(used == Set(footnotes.keys))
    }

    @Test func `names tests that there are`() throws {
        var tests: [String: Set<String>] = [:]
        for reference in footnotes.values.joined() {
            let parts = reference.split(separator: ": ", maxSplits: 1).map(String.init)
            try #require(parts.count == 2, "\(reference)")
            let known = try tests[parts[0]] ?? names(ofTestsIn: parts[0])
            tests[parts[0]] = known
            #expect(known.contains(parts[1]), "\(reference)")
        }
    }

    /// The names of the tests in and below `Tests/<target>`: of functions in backticks, and the descriptions of others.
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
