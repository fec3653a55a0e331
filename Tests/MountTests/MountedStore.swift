import Foundation
import TestSupport
import Testing

/// A store mounted by the `zarrwlr-mount` that was built with these tests.
struct MountedStore {
    /// The directory at which it is mounted.
    let mountpoint: URL

    /// The folder of the programs under test: `$ZARRWLR_PROGRAMS`, or that of these tests, with which they were built.
    static let programs: URL = {
        if let named = ProcessInfo.processInfo.environment["ZARRWLR_PROGRAMS"] { return URL(filePath: named) }
        return URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }()

    /// The program under test.
    static let program = programs.appending(path: "zarrwlr-mount")

    /// Mount options besides those of a test: `$ZARRWLR_MOUNT_OPTIONS`.
    private static let moreOptions =
        ProcessInfo.processInfo.environment["ZARRWLR_MOUNT_OPTIONS"].map { ["-o", $0] } ?? []

    /// Options that leave metadata out, since most tests are about samples and count on a header of 44 bytes, unless `arguments` say what
    /// there is.
    private static func plain(_ arguments: [String]) -> [String] {
        arguments.contains { $0.contains("metadata=") || $0.contains("nolocation") } ? [] : ["-o", "metadata=none"]
    }

    /// Mounts the store at `path` in the background, calls `body`, and unmounts in any case. `limits` are commands of a shell, such as
    /// `ulimit -n 64`, for the process that mounts.
    static func with<T>(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], limits: String = "",
        _ body: (MountedStore) throws -> T
    ) throws -> T {
        try MountedVolume.withMountpoint { mountpoint in
            defer { MountedVolume.unmount(mountpoint) }
            let command = [program.path, path] + plain(arguments) + [mountpoint.path] + arguments + moreOptions
            let shell = ["-c", "\(limits)\nexec \"$0\" \"$@\""] + command
            let result = try run(URL(filePath: "/bin/sh"), shell, environment: environment)
            try #require(result.status == 0, "\(result.errors)")
            return try body(MountedStore(mountpoint: mountpoint))
        }
    }

    /// Mounts a new store, an audio group that `write` fills, calls `body`, and unmounts in any case.
    static func with<T>(
        _ arguments: [String] = [], write: (TestStore) throws -> Void, _ body: (MountedStore) throws -> T
    ) throws -> T {
        try TestFiles.withTemporaryDirectory { directory in
            try write(TestStore(at: directory.appending(path: "store.zarr"), attributes: TestStore.audioGroup))
            return try with(directory.appending(path: "store.zarr").path, arguments, body)
        }
    }

    /// A coded stream of Tests/Fixtures.
    static func fixture(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: TestFiles.fixtures.appending(path: path)))
    }

    /// The bytes of the file at `path` below the mountpoint.
    func bytes(_ path: String) throws -> [UInt8] { try MountedFile(file(path).path).allBytes() }

    /// The text of the file at `path` below the mountpoint.
    func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// The names in the root of every mount that are not the store's.
    static let viewNames = [".zarrwlr"]

    /// What is in each directory with source files that is not the store's.
    static let checksumsName = "SHA256SUMS"

    /// The names in the directory at `path` below the mountpoint, in the order of their bytes, without those of the views.
    func names(_ path: String = "") throws -> [String] {
        let names = try run("find", file(path).path, "-mindepth", "1", "-maxdepth", "1", "-printf", "%f\\0").output
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
        let own = path.isEmpty ? Self.viewNames + [Self.checksumsName] : [Self.checksumsName]
        return names.filter { !own.contains($0) }
    }

    /// The file or directory at `path` below the mountpoint.
    func file(_ path: String) -> URL { mountpoint.appending(path: path) }
}
