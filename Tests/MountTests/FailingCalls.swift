import Foundation
import Glibc
import TestSupport
import Testing

/// A system call that fails, or does a part of what it was asked to.
struct CallFault: Sendable, CustomTestStringConvertible {
    let call: String
    /// The errno; 0 for a part.
    let code: Int32

    var testDescription: String { "\(call): \(code == 0 ? "a part" : String(cString: strerror(code)))" }

    /// Those of reading.
    static let reading = all.filter { ["openat", "read", "fstat", "getdents"].contains($0.call) }

    static let all: [CallFault] = [
        ("openat", [EIO, EMFILE]), ("read", [EIO, EINTR, 0]), ("write", [ENOSPC, EINTR, 0]), ("fstat", [EIO]),
        ("getdents", [EIO]), ("fsync", [EIO]), ("rename", [EIO]), ("mkdir", [ENOSPC]),
    ].flatMap { call, codes in codes.map { CallFault(call: call, code: $0) } }
}

/// Runs programs one of whose system calls on files below a folder fails: Tests/Fixtures/failing_calls.c.
final class FailingCalls {
    /// Whether the library can be built.
    static let isPossible = isInstalled("cc")

    private let folder: URL
    private let library: URL

    /// Builds the library. Calls on files below `folder` may fail.
    init(below folder: URL) throws {
        self.folder = folder
        library = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-calls-\(UUID().uuidString).so")
        try runChecked([
            "cc", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", library.path,
            TestFiles.fixtures.appending(path: "failing_calls.c").path, "-ldl",
        ])
    }

    deinit {
        try? FileManager.default.removeItem(at: library)
    }

    /// Runs `zarrwlr` with `arguments` until the first call of `fault`, the second and so on has failed, each in a run of its own. Before
    /// each run `prepare` is called, and after it `check`, with the result and the number of the call. Returns how many calls there are.
    @discardableResult
    func forEachCall(
        _ fault: CallFault, _ arguments: [String], prepare: () throws -> Void,
        check: (ProgramResult, _ number: Int) throws -> Void
    ) throws -> Int {
        let count = folder.appending(path: "calls")
        var number = 1
        while true {
            try? FileManager.default.removeItem(at: count)
            try prepare()
            let result = try run(
                Mounts.Imports.program, arguments,
                environment: [
                    "LD_PRELOAD": library.path, "FAIL_CALL": fault.call, "FAIL_NUMBER": "\(number)",
                    "FAIL_ERROR": "\(fault.code)", "FAIL_BELOW": folder.path, "FAIL_COUNT": count.path,
                ])
            let calls = (try? Data(contentsOf: count).count) ?? 0
            guard calls >= number else { return number - 1 }
            try check(result, number)
            number += 1
        }
    }
}
