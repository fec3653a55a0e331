import CFuse
import Glibc
import Support
import Synchronization
import VirtualFS

/// Tells the kernel to forget what it keeps of files that were rewritten. Safe to use from any thread.
final class FuseInvalidation: Sendable {
    private struct Session: @unchecked Sendable {
        // libfuse's session may be used by any thread for notifications, as its documentation says.
        let pointer: OpaquePointer
    }

    /// The session; nil once it has ended.
    private let session: Mutex<Session?>

    /// For the mounted `session`.
    init(of session: OpaquePointer) {
        self.session = Mutex(Session(pointer: session))
    }

    /// Makes the kernel forget the bytes and the attributes of `inode`.
    ///
    /// The kernel waits for reads of the file that are under way, so this is done by a thread of its own.
    func forget(_ inode: Inode) {
        do throws(SystemError) {
            let thread = try WorkerThread(name: "forgetting") { [self] in
                session.withLock { session in
                    guard let session else { return }
                    _ = fuse_lowlevel_notify_inval_inode(session.pointer, inode.rawValue, 0, 0)
                }
            }
            thread.detach()
        } catch {
            // The kernel keeps the old size, and bytes until the file is opened again.
        }
    }

    /// Makes the kernel forget `names`, and the inodes behind them that nobody uses.
    ///
    /// The kernel waits for requests for the same directories that are under way, so this is done by a thread of its own.
    func forget(_ names: [KernelName]) {
        do throws(SystemError) {
            let thread = try WorkerThread(name: "forgetting") { [self] in
                for name in names { forget(name) }
            }
            thread.detach()
        } catch {
            // The kernel knows them for longer.
        }
    }

    private func forget(_ name: KernelName) {
        session.withLock { session in
            guard let session else { return }
            // libfuse sends the NUL as well.
            (name.name + [0]).withUnsafeBytes { bytes in
                _ = fuse_lowlevel_notify_inval_entry(
                    session.pointer, fuse_ino_t(name.directory.rawValue),
                    bytes.assumingMemoryBound(to: CChar.self).baseAddress, name.name.count)
            }
        }
    }

    /// Forgets nothing from now on: the session ends. Waits for what is under way, but no longer than a second, since that may wait for a
    /// read that nobody answers any more; false if it still uses the session then.
    func end() -> Bool {
        for _ in 0..<100 {
            let isEnded: Void? = session.withLockIfAvailable { $0 = nil }
            if isEnded != nil { return true }
            usleep(10_000)
        }
        return false
    }
}
