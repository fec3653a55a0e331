public import Foundation

/// Files that tests read and write.
public enum TestFiles {
    /// The root of the repository.
    public static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The committed fixtures, `Tests/Fixtures`.
    public static let fixtures = repository.appending(path: "Tests/Fixtures")

    /// Calls `body` with a new empty directory, and removes it afterwards.
    public static func withTemporaryDirectory<T>(_ body: (URL) throws -> T) throws -> T {
        let directory = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
