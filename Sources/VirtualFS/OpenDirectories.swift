import Synchronization

/// The open directories of a volume, by their handles. Each is read as it was when it was opened, so that no name is passed over or given
/// twice if others come or go meanwhile.
final class OpenDirectories: Sendable {
    /// An open directory.
    struct Open: Sendable {
        let tree: Tree
        let entry: Tree.Entry
    }

    private struct State {
        var directories: [UInt64: Open] = [:]
        var lastHandle: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Keeps `directory` until its handle is removed.
    func add(_ directory: Open) -> UInt64 {
        state.withLock { state in
            state.lastHandle += 1
            state.directories[state.lastHandle] = directory
            return state.lastHandle
        }
    }

    /// The directory with `handle`.
    func directory(_ handle: UInt64) throws(VirtualFSError) -> Open {
        guard let directory = state.withLock({ $0.directories[handle] }) else { throw .badHandle }
        return directory
    }

    /// Closes the directory with `handle`.
    func remove(_ handle: UInt64) throws(VirtualFSError) {
        guard state.withLock({ $0.directories.removeValue(forKey: handle) }) != nil else { throw .badHandle }
    }
}
