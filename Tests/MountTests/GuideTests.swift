import Foundation
import TestSupport
import Testing

extension Mounts {
    /// Runs the commands of the guides in docs/guides.
    @Suite(.timeLimit(.minutes(10))) struct `The guides` {
        /// The guides, and how many of their blocks cannot be run in a test, each with its reason.
        private static let guides = [
            ("archive", 1), ("bats", 1), ("birdnet", 1), ("browse", 1), ("detections", 0), ("pytorch", 0),
            ("results", 0),
            ("share", 3),
        ]

        @Test(.enabled(if: isInstalled("sox"), "needs sox"), arguments: guides)
        func `all commands of a guide that can be run do what they should`(guide: String, notRun: Int) throws {
            let python = TestFiles.repository.appending(path: ".venv/bin/python").path
            let result = try run(
                "python3", TestFiles.repository.appending(path: "Tests/Tools/guides.py").path, "--programs",
                MountedStore.programs.path, "--python",
                FileManager.default.isExecutableFile(atPath: python) ? python : "python3", "\(guide).md")
            #expect(result.status == 0, "\(result.text)\(result.errors)")
            let counts = try #require(result.text.split(separator: "\n").last)
            #expect(counts.contains(" run, \(notRun) not run, "))
        }

        @Test func `every guide is in the list of guides, and is run`() throws {
            let folder = TestFiles.repository.appending(path: "docs/guides")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "README.md" }
            #expect(files.sorted() == Self.guides.map { "\($0.0).md" })
            let list = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
            for file in files { #expect(list.contains("(\(file))")) }
        }
    }
}
