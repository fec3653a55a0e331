import Synchronization

/// The files that no directory lists and the kernel knows, by their inodes.
///
/// There can be any number of them, so each is kept only until the kernel has forgotten it: for every time that it was looked up, the
/// kernel says so once. Safe to use from any thread.
final class UnlistedFiles: Sendable {
    /// A file that the kernel knows.
    private struct Held {
        let file: UnlistedFile
        /// Below the mountpoint.
        let path: String
        var lookupCount: UInt64
    }

    private let held = Mutex<[Inode: Held]>([:])

    /// How many files the kernel knows.
    var count: Int { held.withLock { $0.count } }

    /// Whether one of them has `inode`.
    func contains(_ inode: Inode) -> Bool { held.withLock { $0[inode] != nil } }

    /// The file with `inode`, and its path below the mountpoint.
    func file(_ inode: Inode) -> (file: any File, path: String)? {
        held.withLock { $0[inode].map { ($0.file.file, $0.path) } }
    }

    /// Whether one of them has `inode` that is not `file`.
    func contains(_ inode: Inode, otherThan file: NodeIdentity) -> Bool {
        held.withLock { $0[inode].map { $0.file.identity != file } ?? false }
    }

    /// Keeps `file`, which was looked up once as `path`, and has `inode`.
    func add(_ file: UnlistedFile, path: String, inode: Inode) {
        held.withLock { held in
            let lookupCount = held[inode]?.lookupCount ?? 0
            held[inode] = Held(file: file, path: path, lookupCount: lookupCount + 1)
        }
    }

    /// Counts another look-up of `inode`, if it is that of one of these.
    func lookUp(_ inode: Inode) {
        held.withLock { $0[inode]?.lookupCount += 1 }
    }

    /// The kernel has forgotten `count` look-ups of `inode`, which need not be that of one of these.
    func forget(_ inode: Inode, count: UInt64) {
        held.withLock { held in
            guard let lookupCount = held[inode]?.lookupCount else { return }
            if lookupCount > count { held[inode]?.lookupCount = lookupCount - count } else { held[inode] = nil }
        }
    }
}
