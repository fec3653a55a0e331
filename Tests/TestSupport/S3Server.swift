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
    public var endpoint: String { tool.address }
    private let tool: CommandedTool

    /// Starts one, calls `body`, and ends it.
    public static func with<T>(_ body: (S3Server) throws -> T) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            let server = try S3Server(directory)
            defer { server.tool.end() }
            return try body(server)
        }
    }

    private init(_ directory: URL) throws {
        tool = try CommandedTool("s3_server.py", [directory.path])
    }

    /// Uploads the files of `folder` to `bucket`, below `prefix`.
    public func put(_ folder: URL, to bucket: String, _ prefix: String) throws {
        try tool.command(["put", bucket, prefix, folder.path])
    }

    /// Stops the part that has the objects.
    public func goAway() throws { try tool.command(["away"]) }

    /// Starts it again.
    public func comeBack() throws { try tool.command(["back"]) }

    /// How many requests there were so far.
    public func requestCount() throws -> Int { Int(try tool.command(["requests"])) ?? 0 }
}
