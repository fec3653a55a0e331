import CFuse
import Glibc
public import Support

/// A mount in the kernel, which a `FuseSession` serves, of this process or of another one.
public struct FuseMount: ~Copyable {
    private let session: OpaquePointer

    /// Mounts at the directory `mountpoint`. Whoever uses the mount waits until it is served. The messages of libfuse go to `log`, or
    /// into the error.
    public init(at mountpoint: String, options: FuseSession.Options, log: Log) throws(FuseError) {
        FuseLog.install(log)
        var options = options
        // Requests are the session's.
        options.isTracing = false
        let session = try options.makeSession(fuse_lowlevel_ops(), data: nil)
        let (mounted, complaints) = FuseLog.collecting {
            capturingStandardError { mountpoint.withFileName { fuse_session_mount(session, $0) } }
        }
        guard mounted.result == 0 else {
            fuse_session_destroy(session)
            throw FuseError(
                mounted.lines + complaints, otherwise: "no reason given", problem: "cannot mount at \(mountpoint): ")
        }
        self.session = session
    }

    /// The descriptor through which the kernel sends its requests, valid as long as the mount. A process made by fork(2) has it, too.
    public var device: Int32 { fuse_session_fd(session) }

    /// Unmounts, unless somebody else has: libfuse sees by the device that nothing of it is mounted any more, and leaves alone what is
    /// mounted there now. Files that are open cannot be read any more once nobody else has the device.
    deinit {
        fuse_session_unmount(session)
        fuse_session_destroy(session)
    }
}
