import CFuse
import Support
import Synchronization
import VirtualFS

/// What all requests are answered from. libfuse passes a reference to it with each.
final class FuseFileSystem: Sendable {
    /// The most bytes that the kernel reads with one request. It sends all requests of a read at once, and each is
    /// served by a thread: with half of the default (128 KiB), a cold second of sound is decoded on two processors.
    static let maximumReadByteCount: UInt32 = 64 << 10

    /// What is mounted.
    let volume: Volume
    private let onReady: @Sendable () -> Void
    private let knownSession = Mutex<Session?>(nil)

    /// The session that the requests come from.
    ///
    /// @unchecked: it is only asked whether it has ended, which may be done from any thread.
    final class Session: @unchecked Sendable {
        private let session: OpaquePointer

        init(_ session: OpaquePointer) {
            self.session = session
        }

        /// Whether no more requests are taken, since the volume was unmounted or a signal came.
        var hasEnded: Bool { fuse_session_exited(session) != 0 }
    }

    /// A file system that answers from `volume` and calls `onReady` when the kernel has sent its first request.
    init(_ volume: Volume, onReady: @escaping @Sendable () -> Void) {
        self.volume = volume
        self.onReady = onReady
    }

    /// The session that the requests come from; nil before `set(_:)`.
    var session: Session? { knownSession.withLock { $0 } }

    /// Sets the session that the requests will come from.
    func set(_ session: OpaquePointer) {
        let session = Session(session)
        knownSession.withLock { $0 = session }
    }

    /// Negotiates with the kernel how requests are sent. See `fuse_conn_info` in fuse_common.h.
    func start(_ connection: inout fuse_conn_info) {
        let wanted =
            FUSE_CAP_ASYNC_READ | FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO
            | FUSE_CAP_EXPORT_SUPPORT
        // Replies come from memory that is kept for other readers as well, so they cannot be moved into a pipe.
        let unwanted = FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE
        connection.want |= connection.capable & UInt32(bitPattern: wanted)
        connection.want &= ~UInt32(bitPattern: unwanted)
        // Read-ahead requests in flight at a time, over all files: enough for many sequential readers to be served at once.
        connection.max_background = 64
        connection.congestion_threshold = 48
        connection.max_read = Self.maximumReadByteCount
        onReady()
    }
}
