import Foundation
import Glibc
import TestSupport
import Testing

/// `zarrwlr` as a process: whether it is confined while it decodes.
struct CommandConfinementTests {
    /// What the kernel says of a `zarrwlr extract` that waits for its reader.
    private func confinement(environment: [String: String]) throws -> [String] {
        try TestFiles.withTemporaryDirectory { folder in
            var builder = WaveBuilder()
            builder.addFormat()
            builder.add("data", [UInt8](repeating: 1, count: 1 << 20))
            let (source, store) = (folder.appending(path: "a.wav"), folder.appending(path: "a.zarr"))
            try Data(builder.bytes).write(to: source)
            try #require(run(Mounts.Imports.program, ["import", store.path, source.path]).status == 0)
            let process = Process()
            process.executableURL = Mounts.Imports.program
            process.arguments = ["extract", store.path, "0", "-o", "-", "--catalogue", "off"]
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            // It writes only once it decodes.
            _ = try pipe.fileHandleForReading.read(upToCount: 1_000)
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            while try pipe.fileHandleForReading.read(upToCount: 1 << 20) != nil {}
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return status.split(separator: "\n").filter { $0.hasPrefix("NoNewPrivs:") || $0.hasPrefix("Seccomp:") }
                .map { String($0).replacing("\t", with: " ") }
        }
    }

    @Test func `a command is confined while it decodes, unless the user does not want that`() throws {
        #expect(try confinement(environment: [:]) == ["NoNewPrivs: 1", "Seccomp: 2"])
        #expect(try confinement(environment: ["ZARRWLR_SANDBOX": "off"]) == ["NoNewPrivs: 0", "Seccomp: 0"])
    }
}
