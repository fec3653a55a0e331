import Foundation
import TestSupport

/// A program that ran with a limit of memory and of time.
struct LimitedRun {
    /// Bytes of address space that a program may have.
    private static let memoryLimit = 3 << 30

    let result: ProgramResult
    /// Why it did not end as it should; nil if it ended with one of its own statuses.
    let failure: String?

    /// Runs `program`, which was built with these tests, with `arguments`. It may use `seconds` of processor time, and ten times as
    /// much in all.
    init(_ program: String, _ arguments: [String], seconds: Int) throws {
        let path = Self.folder.appending(path: program).path
        let limits = "ulimit -v \(Self.memoryLimit >> 10); ulimit -c 0; ulimit -t \(seconds)"
        let script = "\(limits); exec timeout -k 1 \(10 * seconds) \"$0\" \"$@\""
        result = try run(URL(filePath: "/bin/sh"), ["-c", script, path] + arguments)
        guard ![0, 1, 2].contains(result.status) else {
            failure = nil
            return
        }
        let reason =
            switch result.status {
            case 124, 137: "did not end within \(10 * seconds) s"
            case SIGXCPU, SIGKILL: "did not end within \(seconds) s of processor time"
            default: "ended with status \(result.status)"
            }
        let words = ([program] + arguments).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        failure = "\(words.joined(separator: " ")) \(reason): \(result.errors.suffix(400))"
    }

    /// The folder of the programs that were built with these tests.
    static var folder: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }
}
