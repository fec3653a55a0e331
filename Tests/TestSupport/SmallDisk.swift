public import Foundation
public import Testing

/// A small file system, which only root can make.
public enum SmallDisk {
    /// Whether this process can make one.
    public static let isPossible: Bool = (try? with(megabytes: 1) { _ in }) != nil

    /// The comment on a skipped suite.
    public static let comment: Comment = "needs to mount a tmpfs: run it as root"

    /// Calls `body` with the folder of a file system of `megabytes` MiB.
    public static func with(megabytes: Int, _ body: (URL) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            guard try mount("size=\(megabytes)m", at: directory) else { throw POSIXError(.EPERM) }
            defer { _ = try? run("umount", directory.path) }
            try body(directory)
        }
    }

    /// Resizes the file system at `folder` to `megabytes` MiB; its files stay.
    public static func resize(_ folder: URL, toMegabytes megabytes: Int) throws {
        guard try mount("remount,size=\(megabytes)m", at: folder) else { throw POSIXError(.EPERM) }
    }

    private static func mount(_ options: String, at folder: URL) throws -> Bool {
        try run("mount", "-t", "tmpfs", "-o", options, "none", folder.path).status == 0
    }
}
