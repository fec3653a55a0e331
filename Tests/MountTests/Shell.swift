import Foundation
import Testing

/// What a program printed and how it ended.
struct ProgramResult {
    let status: Int32
    let output: Data
    let errors: String

    /// What it printed, without the last line feed.
    var text: String { String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines) }
}

/// Runs `program` of the search path with `arguments` and waits for its end.
@discardableResult
func run(_ program: String, _ arguments: String...) throws -> ProgramResult {
    try run(URL(filePath: "/usr/bin/env"), [program] + arguments)
}

/// Runs the executable `program` and waits for its end. What it prints goes through files: a pipe would be full at some time.
@discardableResult
func run(_ program: URL, _ arguments: [String]) throws -> ProgramResult {
    let directory = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let files = ["output", "errors"].map { directory.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let handles = try files.map { try FileHandle(forWritingTo: $0) }

    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try process.run()
    process.waitUntilExit()
    for handle in handles { try handle.close() }
    return ProgramResult(
        status: process.terminationStatus, output: try Data(contentsOf: files[0]),
        errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
}
