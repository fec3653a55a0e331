public import Foundation

/// A program run to its end.
public struct Command {
    /// What it wrote to standard output.
    public let output: Data
    /// What it wrote to standard error.
    public let errors: String
    /// Its exit status.
    public let status: Int32

    /// Standard output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }

    /// A run that did not go as wanted.
    public struct Failure: Error, CustomStringConvertible {
        /// What was run, how it ended and what it said.
        public let description: String
    }

    /// Whether a program of that name is on the PATH.
    public static func exists(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Runs `words`, looked up on the PATH, with `input`, and waits. Throws where it cannot be started.
    public static func runAny(_ words: [String], input: Data = Data()) throws -> Command {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        // Files rather than pipes: no amount of output or input can block.
        let directory = FileManager.default.temporaryDirectory
        let files = ["in", "out", "err"].map { directory.appending(path: "zarrwlr-\(UUID().uuidString).\($0)") }
        defer { files.forEach { try? FileManager.default.removeItem(at: $0) } }
        try input.write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Command(
            output: try Data(contentsOf: files[1]), errors: try String(contentsOf: files[2], encoding: .utf8),
            status: process.terminationStatus)
    }

    /// As `runAny`, and throws where the program ends with another status than 0.
    @discardableResult
    public static func run(_ words: [String], input: Data = Data()) throws -> Command {
        let command = try runAny(words, input: input)
        guard command.status == 0 else {
            throw Failure(
                description: "\(words.joined(separator: " ")): exit status \(command.status): \(command.errors)")
        }
        return command
    }
}
