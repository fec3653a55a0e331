import Foundation
import TestSupport
import Testing

/// A store mounted by the `zarrwlr-mount` that was built beside these tests.
struct MountedStore {
    /// Where it is mounted.
    let mountpoint: URL

    /// The program under test.
    static var program: URL {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: "zarrwlr-mount")
    }

    /// Mounts the store at `path` in the background, calls `body`, and unmounts, whatever happened.
    static func with<T>(_ path: String, _ arguments: [String] = [], _ body: (MountedStore) throws -> T) throws -> T {
        try MountedVolume.withMountpoint { mountpoint in
            defer { MountedVolume.unmount(mountpoint) }
            let result = try run(program, [path, mountpoint.path] + arguments)
            try #require(result.status == 0, "\(result.errors)")
            return try body(MountedStore(mountpoint: mountpoint))
        }
    }

    /// The file or directory at `path` below the mountpoint.
    func file(_ path: String) -> URL { mountpoint.appending(path: path) }
}
