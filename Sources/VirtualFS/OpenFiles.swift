import Support
import Synchronization

/// The open files of a volume, by their handles.
///
/// Every read looks one up, so there is a table for each processor, lest threads wait for each other.
final class OpenFiles: Sendable {
    private final class Table: Sendable {
        let files = Mutex<[UInt64: any OpenFile]>([:])
    }

    private let tables = (0..<Parallel.processorCount).map { _ in Table() }
    private let lastHandle = Atomic<UInt64>(0)

    /// Keeps `file` until its handle is released.
    func add(_ file: any OpenFile) -> UInt64 {
        let handle = lastHandle.wrappingAdd(1, ordering: .relaxed).newValue
        table(of: handle).files.withLock { $0[handle] = file }
        return handle
    }

    /// The file with `handle`.
    func file(_ handle: UInt64) throws(VirtualFSError) -> any OpenFile {
        guard let file = table(of: handle).files.withLock({ $0[handle] }) else { throw .badHandle }
        return file
    }

    /// Closes the file with `handle`.
    func remove(_ handle: UInt64) throws(VirtualFSError) {
        guard let file = table(of: handle).files.withLock({ $0.removeValue(forKey: handle) }) else { throw .badHandle }
        file.close()
    }

    /// How many files are open.
    var count: Int { tables.reduce(0) { $0 + $1.files.withLock { $0.count } } }

    private func table(of handle: UInt64) -> Table {
        // Handles that follow each other are in different ones.
        tables[Int(handle % UInt64(tables.count))]
    }
}
