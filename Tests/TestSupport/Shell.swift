public import Foundation

/// The output and the exit status of a program.
public struct ProgramResult: Sendable {
    /// Its exit status.
    public let status: Int32
    /// Its standard output.
    public let output: Data
    /// Its standard error.
    public let errors: String

    /// Its standard output as text, without the last line feed.
    public var text: String { String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines) }
}

/// Runs `program` from the search path with `arguments` and waits until it ends.
@discardableResult
public func run(_ program: String, _ arguments: String...) throws -> ProgramResult {
    try run(URL(filePath: "/usr/bin/env"), [program] + arguments)
}

/// Whether `program` is in the search path.
public func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

/// A cache folder for programs, in place of the user's, removed when the tests end.
private let cacheFolder: String = {
    atexit { try? FileManager.default.removeItem(atPath: cacheFolderPath) }
    return cacheFolderPath
}()

private let cacheFolderPath = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-cache-\(getpid())").path

/// Runs the executable `program` with `input`, and with `environment` in addition to that of this process, and waits until it ends.
/// Input and output go through files, since a pipe could fill up.
@discardableResult
public func run(
    _ program: URL, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
) throws -> ProgramResult {
    let directory = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let files = ["output", "errors"].map { directory.appending(path: $0) }
    for file in files { try Data().write(to: file) }
    let inputFile = directory.appending(path: "input")
    try input.write(to: inputFile)
    let handles = try files.map { try FileHandle(forWritingTo: $0) } + [FileHandle(forReadingFrom: inputFile)]

    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
        .merging(["XDG_CACHE_HOME": cacheFolder]) { $1 }.merging(environment) { $1 }
    process.standardInput = handles[2]
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try process.run()
    process.waitUntilExit()
    for handle in handles { try handle.close() }
    return ProgramResult(
        status: process.terminationStatus, output: try Data(contentsOf: files[0]),
        errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
}

/// The failure of a program, which ended with a status other than 0.
public struct ProgramFailure: Error, CustomStringConvertible {
    /// The command, its exit status, and its standard error.
    public let description: String
}

/// Runs the command `words`, whose first word is looked up in the search path, with `input`; throws an error if it fails.
@discardableResult
public func runChecked(_ words: [String], input: Data = Data()) throws -> ProgramResult {
    let result = try run(URL(filePath: "/usr/bin/env"), words, input: input)
    guard result.status == 0 else {
        throw ProgramFailure(
            description: "\(words.joined(separator: " ")): exit status \(result.status): \(result.errors)")
    }
    return result
}
