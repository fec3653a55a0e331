import CFuse
import Glibc
public import Support
public import VirtualFS

/// The answers to the requests of a mount, until it is unmounted.
public struct FuseSession: ~Copyable {
    private let session: OpaquePointer
    private let system: Unmanaged<FuseFileSystem>
    private let maximumThreads: Int
    private let invalidation: FuseInvalidation

    /// Connects `volume` to the mount whose `device` this is (see `FuseMount`), with the options with which it was mounted. The
    /// descriptor is duplicated and stays the caller's. Requests are answered by `run`, which calls `onReady`, on any thread, when the
    /// kernel is connected. The messages of libfuse go to `log`, or into the error.
    public init(
        _ volume: Volume, on device: Int32, options: Options = Options(), log: Log,
        onReady: @escaping @Sendable () -> Void = {}
    ) throws(FuseError) {
        FuseLog.install(log)
        var operations = fuseOperations()
        if !options.hasExtendedAttributes {
            operations.getxattr = nil
            operations.listxattr = nil
        }
        let system = Unmanaged.passRetained(FuseFileSystem(volume, onReady: onReady))
        do throws(FuseError) {
            let session = try options.makeSession(operations, data: system.toOpaque())
            do throws(FuseError) {
                try Self.connect(session, to: device)
            } catch {
                fuse_session_destroy(session)
                throw error
            }
            self.session = session
        } catch {
            system.release()
            throw error
        }
        system.takeUnretainedValue().set(session)
        self.system = system
        maximumThreads = max(1, options.maximumThreads)
        let invalidation = FuseInvalidation(of: session)
        self.invalidation = invalidation
        volume.onInvalidation { invalidation.forget($0) }
    }

    deinit {
        // What a thread still uses is not freed: the process is about to end.
        guard invalidation.end() else { return }
        fuse_session_destroy(session)
        system.release()
    }

    /// libfuse takes over a device that is open already if its path is given as that of the directory to mount at.
    private static func connect(_ session: OpaquePointer, to device: Int32) throws(FuseError) {
        let own = fcntl(device, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
        guard own >= 0 else { throw FuseError("cannot serve the mount: \(String(cString: strerror(errno)))") }
        let (result, complaints) = FuseLog.collecting { fuse_session_mount(session, "/dev/fd/\(own)") }
        guard result == 0 else {
            close(own)
            throw FuseError(complaints, otherwise: "no reason given", problem: "cannot serve the mount: ")
        }
    }

    /// Answers requests until the volume is unmounted by somebody, or, if `handlingSignals`, until SIGINT or SIGTERM comes. SIGHUP is the
    /// caller's, who has blocked it.
    public consuming func run(handlingSignals: Bool) throws(FuseError) {
        if handlingSignals { try handleSignals() }
        let result = maximumThreads == 1 ? fuse_session_loop(session) : loopOverThreads()
        if handlingSignals { fuse_remove_signal_handlers(session) }
        // A number above zero is the signal that ended the loop. A connection that was aborted has been unmounted, too: now and
        // then the kernel reports that instead of ENODEV.
        guard result >= 0 || result == -ECONNABORTED else {
            throw FuseError("the mount ended: \(String(cString: strerror(-result)))")
        }
    }

    private borrowing func handleSignals() throws(FuseError) {
        // They may be blocked, since the process that started this one may have blocked them, which is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        // The handlers first: a signal may be waiting.
        guard fuse_set_signal_handlers(session) == 0, pthread_sigmask(SIG_UNBLOCK, &signals, nil) == 0 else {
            throw FuseError("cannot handle signals")
        }
    }

    private borrowing func loopOverThreads() -> Int32 {
        guard let configuration = fuse_loop_cfg_create() else { return -ENOMEM }
        defer { fuse_loop_cfg_destroy(configuration) }
        fuse_loop_cfg_set_max_threads(configuration, UInt32(clamping: maximumThreads))
        return zwl_session_loop_mt(session, configuration)
    }
}
