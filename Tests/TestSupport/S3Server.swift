public import Foundation
public import Testing

/// An S3 service on loopback, OpenStack Swift, that is started for a test and ends with it. See Tests/Tools/s3_server.py.
public final class S3Server: Sendable {
    /// Whether Debian's packages of it are installed.
    public static let isInstalled = ["swift-proxy-server", "swift-object-server", "memcached"].allSatisfy { name in
        (try? run("sh", "-c", "command -v \(name)").status) == 0
    }

    /// The comment on a skipped suite.
    public static let comment: Comment =
        "needs OpenStack Swift: swift-proxy, swift-account, swift-container, swift-object and memcached; make test-s3 installs them"

    /// What its requests are signed with.
    public static let accessKey = "test:tester", secretKey = "testing"

    /// Its address.
    public let endpoint: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts one, calls `body`, and ends it.
    public static func with<T>(_ body: (S3Server) throws -> T) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let server = try S3Server(directory)
            defer { server.end() }
            return try body(server)
        }
    }

    private init(_ directory: URL) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        // The one that Debian's packages are for.
        let script = TestFiles.repository.appending(path: "Tests/Tools/s3_server.py").path
        process.arguments = ["/usr/bin/python3", script, directory.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        endpoint = try Self.line(of: output.fileHandleForReading) ?? ""
        guard endpoint.hasPrefix("http://") else {
            end()
            throw ProgramFailure(description: "s3_server.py has not started")
        }
    }

    private func end() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Uploads the files of `folder` to `bucket`, below `prefix`.
    public func put(_ folder: URL, to bucket: String, _ prefix: String) throws {
        _ = try command(["put", bucket, prefix, folder.path])
    }

    /// Stops the part that has the objects.
    public func goAway() throws { _ = try command(["away"]) }

    /// Starts it again.
    public func comeBack() throws { _ = try command(["back"]) }

    /// How many requests there were so far.
    public func requestCount() throws -> Int { Int(try command(["requests"])) ?? 0 }

    private func command(_ words: [String]) throws -> String {
        try input.fileHandleForWriting.write(contentsOf: Data((words.joined(separator: "\t") + "\n").utf8))
        guard let line = try Self.line(of: output.fileHandleForReading) else {
            throw ProgramFailure(description: "s3_server.py has failed: \(words)")
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
