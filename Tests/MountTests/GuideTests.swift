import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// Runs the commands of the guides in docs/guides.
    @Suite(.timeLimit(.minutes(10))) struct `The guides` {
        /// A guide, and how many of its blocks cannot be run in a test, each with its reason.
        struct Guide: Sendable, CustomTestStringConvertible {
            let name: String
            let notRun: Int
            /// The programs that it runs beside ours and those of every Debian.
            let programs: [String]

            var testDescription: String { name }
        }

        private static let guides = [
            Guide(name: "archive", notRun: 1, programs: ["rsync"]), Guide(name: "bats", notRun: 1, programs: []),
            Guide(name: "birdnet", notRun: 1, programs: []), Guide(name: "browse", notRun: 1, programs: []),
            Guide(name: "detections", notRun: 0, programs: []),
            Guide(name: "pytorch", notRun: 0, programs: []),
            Guide(name: "results", notRun: 0, programs: ["fuse-overlayfs"]),
            Guide(name: "share", notRun: 3, programs: ["testparm"]),
        ]

        @Test(.enabled(if: isInstalled("sox") && isInstalled("ffprobe"), "needs sox and ffprobe"))
        func `the demo runs to its end`() throws {
            let result = try run(
                TestFiles.repository.appending(path: "Demo/demo.sh"), [MountedStore.programs.path])
            #expect(result.status == 0, "\(result.text)\(result.errors)")
            #expect(result.text.contains("Nothing is left mounted."))
        }

        // PyTorch and what reads sound into it are there in make test-tools alone, which runs all guides.
        @Test(
            .enabled(if: geteuid() == 0 && isInstalled("sox"), "needs root and sox"),
            arguments: guides.filter { $0.name != "pytorch" })
        func `all commands of a guide that can be run do what they should`(guide: Guide) throws {
            guard guide.programs.allSatisfy(isInstalled) else {
                print("THE GUIDE \(guide.name) IS NOT RUN: IT NEEDS \(guide.programs.joined(separator: ", "))")
                return
            }
            let result = try run(
                "python3", TestFiles.repository.appending(path: "Tests/Tools/guides.py").path, "--programs",
                MountedStore.programs.path, "\(guide.name).md")
            #expect(result.status == 0, "\(result.text)\(result.errors)")
            let counts = try #require(result.text.split(separator: "\n").last)
            #expect(counts.hasSuffix(" run, \(guide.notRun) not run"))
        }

        @Test func `every guide is in the list of guides, and is run`() throws {
            let folder = TestFiles.repository.appending(path: "docs/guides")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "README.md" }
            #expect(files.sorted() == Self.guides.map { "\($0.name).md" })
            let list = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
            for file in files { #expect(list.contains("(\(file))")) }
        }
    }
}
