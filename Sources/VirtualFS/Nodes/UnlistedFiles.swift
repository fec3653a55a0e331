import Synchronization

/// The files that no directory lists and the kernel knows, by their inodes.
///
/// There can be any number of them, so each is kept only until the kernel has forgotten it: for every time that it was looked up, the
/// kernel says so once. By itself, the kernel hardly ever does, so it is asked to forget the names that were looked up first when there are
/// many. Safe to use from any thread.
final class UnlistedFiles: Sendable {
    /// A file that the kernel knows.
    private struct Held {
        var file: UnlistedFile
        /// The name that it was last looked up by.
        let name: KernelName
        /// Below the mountpoint.
        let path: String
        var lookupCount: UInt64
    }

    private struct State {
        var held: [Inode: Held] = [:]
        /// The names that were looked up, oldest first. The kernel may have forgotten some of them.
        var names: [KernelName] = []
    }

    /// Names that the kernel may keep, and how many it is asked to forget at a time when there are more.
    static let (nameLimit, batch) = (4_096, 1_024)

    private let state = Mutex(State())

    /// How many files the kernel knows.
    var count: Int { state.withLock { $0.held.count } }

    /// Whether one of them has `inode`.
    func contains(_ inode: Inode) -> Bool { state.withLock { $0.held[inode] != nil } }

    /// Whether one of them has `inode` that is not `file`.
    func contains(_ inode: Inode, otherThan file: NodeIdentity) -> Bool {
        state.withLock { $0.held[inode].map { $0.file.identity != file } ?? false }
    }

    /// The file with `inode`, and its path below the mountpoint.
    func file(_ inode: Inode) -> (file: any File, path: String)? {
        state.withLock { $0.held[inode].map { ($0.file.file, $0.path) } }
    }

    /// Keeps `file`, which was looked up once as `name`, and has `inode`. `path` is that below the mountpoint.
    func add(_ file: UnlistedFile, _ name: KernelName, path: String, inode: Inode) {
        state.withLock { state in
            let lookupCount = state.held[inode]?.lookupCount ?? 0
            state.held[inode] = Held(file: file, name: name, path: path, lookupCount: lookupCount + 1)
            state.names.append(name)
        }
    }

    /// Names that the kernel is to forget now, since it knows too many; each is returned once.
    func takeSurplus() -> [KernelName] {
        state.withLock { state in
            guard state.names.count >= Self.nameLimit + Self.batch else { return [] }
            defer { state.names.removeFirst(Self.batch) }
            return Array(state.names.prefix(Self.batch))
        }
    }

    /// Takes the files that `tree` has in their places. Those that are not there any more, or are other ones, are gone.
    func follow(_ tree: Tree) {
        let known = state.withLock { $0.held.map { (inode: $0.key, name: $0.value.name, file: $0.value.file) } }
        let now = known.map { known in
            tree.unlistedFile(known.name).flatMap { $0.identity == known.file.identity ? $0 : nil }
        }
        state.withLock { state in
            for (known, file) in zip(known, now) where state.held[known.inode]?.name == known.name {
                if let file { state.held[known.inode]?.file = file } else { state.held[known.inode] = nil }
            }
        }
    }

    /// The names that were looked up in the directory `inode` of clips of the files called `files`. The kernel need not know them any more.
    func names(of files: [[UInt8]], in inode: Inode) -> [[UInt8]] {
        let files = Set(files)
        return state.withLock { state in
            state.names.filter { $0.directory == inode }.map(\.name).filter { name in
                ClipName(name).map { files.contains($0.file) } ?? false
            }
        }
    }

    /// Counts another look-up of `inode`, if it is that of one of these.
    func lookUp(_ inode: Inode) {
        state.withLock { $0.held[inode]?.lookupCount += 1 }
    }

    /// The kernel has forgotten `count` look-ups of `inode`, which need not be that of one of these.
    func forget(_ inode: Inode, count: UInt64) {
        state.withLock { state in
            guard let lookupCount = state.held[inode]?.lookupCount else { return }
            if lookupCount > count {
                state.held[inode]?.lookupCount = lookupCount - count
            } else {
                state.held[inode] = nil
            }
        }
    }
}
