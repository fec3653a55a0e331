import Synchronization

/// The open files of a volume, by their handles.
final class OpenFiles: Sendable {
    private struct State {
        var files: [UInt64: any OpenFile] = [:]
        var lastHandle: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Keeps `file` until its handle is released.
    func add(_ file: any OpenFile) -> UInt64 {
        state.withLock { state in
            state.lastHandle += 1
            state.files[state.lastHandle] = file
            return state.lastHandle
        }
    }

    /// The file with `handle`.
    func file(_ handle: UInt64) throws(VirtualFSError) -> any OpenFile {
        guard let file = state.withLock({ $0.files[handle] }) else { throw .badHandle }
        return file
    }

    /// Closes the file with `handle`.
    func remove(_ handle: UInt64) throws(VirtualFSError) {
        guard let file = state.withLock({ $0.files.removeValue(forKey: handle) }) else { throw .badHandle }
        file.close()
    }

    /// How many files are open.
    var count: Int { state.withLock { $0.files.count } }
}
