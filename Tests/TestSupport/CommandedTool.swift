import Foundation

/// A program of Tests/Tools that prints its address when it is ready, and then a line for each command that it reads. It ends with its input.
final class CommandedTool: Sendable {
    /// The first line that it has printed.
    let address: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts `script` with `arguments`, by the Python that Debian's packages are for.
    init(_ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["/usr/bin/python3", TestFiles.repository.appending(path: "Tests/Tools/\(script)").path] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        address = try Self.line(of: output.fileHandleForReading) ?? ""
        guard !address.isEmpty else {
            end()
            throw ProgramFailure(description: "\(script) has not started")
        }
    }

    /// Ends it.
    func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// What it prints after the command `words`.
    @discardableResult
    func command(_ words: [String]) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data((words.joined(separator: "\t") + "\n").utf8))
        guard let line = try Self.line(of: output.fileHandleForReading) else {
            throw ProgramFailure(description: "a tool has failed: \(words)")
        }
        return line
    }

    /// The next line; nil if there is none.
    private static func line(of handle: FileHandle) throws -> String? {
        var line: [UInt8] = []
        while let byte = try handle.read(upToCount: 1)?.first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
