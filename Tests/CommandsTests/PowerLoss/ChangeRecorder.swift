import Foundation
import TestSupport
import Testing

/// Runs `zarrwlr` as a program of its own, and records what it changes.
enum ChangeRecorder {
    /// How the program takes the file system that it writes to.
    enum FileSystem: String, CaseIterable, CustomTestStringConvertible {
        /// One on which it waits for many files at once: ext4.
        case syncedAsAWhole = "0xEF53"
        /// One that it does not know: each file and folder is waited for.
        case syncedByFile = "0x1"

        var testDescription: String { self == .syncedAsAWhole ? "one sync for all" : "a sync for each file" }
    }

    /// Whether the recorder can be built.
    static let isPossible = isInstalled("cc")

    /// Runs `zarrwlr` with `arguments`, which changes the folder `root`, on a `fileSystem`, and returns its changes.
    static func record(
        _ arguments: [String], changing root: URL, on fileSystem: FileSystem
    ) throws -> (result: ProgramResult, changes: [RecordedChange]) {
        try TestFiles.withTemporaryDirectory { directory in
            let library = directory.appending(path: "record_changes.so").path
            let source = TestFiles.repository.appending(path: "Tests/Preload/record_changes.c").path
            try runChecked(["cc", "-shared", "-fPIC", "-O1", "-o", library, source])
            let records = directory.appending(path: "records")
            let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
                .appending(path: "zarrwlr")
            let result = try run(
                program, arguments,
                environment: [
                    "LD_PRELOAD": library, "RECORD_ROOT": root.path, "RECORD_FILE": records.path,
                    "RECORD_FILE_SYSTEM": fileSystem.rawValue,
                ])
            return (result, try RecordedChange.all(in: Array(Data(contentsOf: records)), root: root.path))
        }
    }
}
