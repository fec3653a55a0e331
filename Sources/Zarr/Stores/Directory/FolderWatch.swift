import CLinux
import Glibc
import Support
import Synchronization

/// A watch over folders of a `DirectoryStore`, by inotify(7). The kernel reports what processes of this machine do, and nothing that
/// happens on a server.
final class FolderWatch: StoreWatch {
    let descriptor: Int32
    private let root: StoreFolder
    /// The paths of the folders, by the kernel's numbers of their watches.
    private let paths = Mutex<[Int32: String]>([:])

    /// Names that are new, gone or renamed, and documents that are written.
    private static let events = UInt32(
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE_WRITE | IN_ONLYDIR)
    /// That the store itself is moved or removed; of a folder in it, the one above reports that.
    private static let rootEvents = UInt32(IN_MOVE_SELF | IN_DELETE_SELF)
    private static let bufferByteCount = 64 << 10

    /// A watch over no folder below `root` yet.
    init(_ root: StoreFolder) throws(StoreError) {
        self.root = root
        descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else {
            throw StoreError("cannot be watched", key: "", system: SystemError("inotify_init1", "inotify"))
        }
    }

    deinit {
        close(descriptor)
    }

    func add(_ prefix: String) throws(StoreError) {
        let folder = root.open(prefix, zwl_o_path | O_DIRECTORY, links: .permitted)
        guard folder >= 0 else {
            // Nothing can change in what is not there.
            if DirectoryStore.meansMissing(errno) { return }
            throw StoreError(reading: prefix, "cannot be watched", system: SystemError("openat2", prefix))
        }
        defer { close(folder) }
        // A folder that is watched already has the same number. It may have another path by now.
        let watch = inotify_add_watch(
            descriptor, "/proc/self/fd/\(folder)", Self.events | (prefix.isEmpty ? Self.rootEvents : 0))
        guard watch >= 0 else {
            throw StoreError("cannot be watched", key: prefix, system: SystemError("inotify_add_watch", prefix))
        }
        paths.withLock { $0[watch] = prefix }
    }

    func takeChanges() -> NoticedChanges {
        var changes = NoticedChanges()
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.bufferByteCount, alignment: MemoryLayout<inotify_event>.alignment)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return changes }
            add(UnsafeRawBufferPointer(buffer)[..<count], to: &changes)
        }
    }

    /// Adds what `events`, whole structures `inotify_event` each with its name, report.
    private func add(_ events: Slice<UnsafeRawBufferPointer>, to changes: inout NoticedChanges) {
        let headByteCount = MemoryLayout<inotify_event>.size
        var rest = UnsafeRawBufferPointer(rebasing: events)
        while rest.count >= headByteCount {
            let event = rest.loadUnaligned(as: inotify_event.self)
            let end = headByteCount + Int(event.len)
            guard end <= rest.count else { return }
            let name = rest[headByteCount..<end].prefix { $0 != 0 }
            note(event, String(decoding: name, as: UTF8.self), in: &changes)
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
        }
    }

    private func note(_ event: inotify_event, _ name: String, in changes: inout NoticedChanges) {
        // More has happened than the kernel remembers.
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return changes.add(.all) }
        if event.mask & UInt32(IN_IGNORED) != 0 {
            // The folder is gone, and its number may be given to another one.
            paths.withLock { $0[event.wd] = nil }
            return
        }
        // Nobody sees what is not published yet.
        guard !name.hasPrefix(.hiddenNamePrefix), let path = paths.withLock({ $0[event.wd] }) else { return }
        changes.add(name, in: path)
    }
}
