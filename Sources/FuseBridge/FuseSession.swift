import CFuse
import Glibc
public import Support
public import VirtualFS

/// A mounted volume, from mounting to unmounting.
public struct FuseSession: ~Copyable {
    /// How a volume is mounted and served.
    public struct Options: Sendable {
        /// Mount options for libfuse and the kernel, as `name` or `name=value`, not escaped.
        public var mountOptions: [String] = []
        /// The most threads that answer requests; with 1, the thread that calls `run` answers all.
        public var maximumThreads = 10
        /// Whether files have extended attributes. If they have none, the kernel asks once and never again.
        public var hasExtendedAttributes = true
        /// Whether every request is logged, as a line for debugging.
        public var isTracing = false

        /// No mount options, ten threads.
        public init() {}
    }

    private let session: OpaquePointer
    private let system: Unmanaged<FuseFileSystem>
    private let maximumThreads: Int
    private let invalidation: FuseInvalidation

    /// Mounts `volume` at the directory `mountpoint`. Requests are answered by `run`, which calls `onReady`, on any
    /// thread, when the kernel is connected. The messages of libfuse go to `log`, or into the error.
    public init(
        _ volume: Volume, at mountpoint: String, options: Options = Options(), log: Log,
        onReady: @escaping @Sendable () -> Void = {}
    ) throws(FuseError) {
        FuseLog.install(log)
        let system = Unmanaged.passRetained(FuseFileSystem(volume, onReady: onReady))
        let (session, complaints) = FuseLog.collecting { Self.makeSession(options, system: system) }
        guard let session else {
            system.release()
            throw FuseError(Self.reason(complaints, otherwise: "libfuse refuses the mount options"))
        }
        system.takeUnretainedValue().set(session)
        let (mounted, mountComplaints) = FuseLog.collecting {
            capturingStandardError { mountpoint.withFileName { fuse_session_mount(session, $0) } }
        }
        guard mounted.result == 0 else {
            fuse_session_destroy(session)
            system.release()
            let reason = Self.reason(mounted.lines + mountComplaints, otherwise: "no reason given")
            throw FuseError("cannot mount at \(mountpoint): \(reason)")
        }
        self.session = session
        self.system = system
        maximumThreads = max(1, options.maximumThreads)
        let invalidation = FuseInvalidation(of: session)
        self.invalidation = invalidation
        volume.onInvalidation { invalidation.forget($0) }
    }

    deinit {
        invalidation.end()
        fuse_session_unmount(session)
        fuse_session_destroy(session)
        system.release()
    }

    /// Answers requests until the volume is unmounted by somebody, or, if `handlingSignals`, until SIGINT, SIGTERM or
    /// SIGHUP comes. Then the volume is unmounted.
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
        for signal in [SIGHUP, SIGINT, SIGTERM] { sigaddset(&signals, signal) }
        guard pthread_sigmask(SIG_UNBLOCK, &signals, nil) == 0, fuse_set_signal_handlers(session) == 0 else {
            throw FuseError("cannot handle signals")
        }
    }

    private borrowing func loopOverThreads() -> Int32 {
        guard let configuration = fuse_loop_cfg_create() else { return -ENOMEM }
        defer { fuse_loop_cfg_destroy(configuration) }
        fuse_loop_cfg_set_max_threads(configuration, UInt32(clamping: maximumThreads))
        return zwl_session_loop_mt(session, configuration)
    }

    private static func makeSession(_ options: Options, system: Unmanaged<FuseFileSystem>) -> OpaquePointer? {
        var arguments = fuse_args()
        defer { fuse_opt_free_args(&arguments) }
        // libfuse takes the first argument for the program's name.
        fuse_opt_add_arg(&arguments, "zarrwlr-mount")
        // The kernel takes this from the mount options, and libfuse insists that `FuseFileSystem.start` sets the same.
        let settled = ["max_read=\(FuseFileSystem.maximumReadByteCount)"]
        for option in options.mountOptions + settled + (options.isTracing ? ["debug"] : []) {
            fuse_opt_add_arg(&arguments, "-o\(escaped(option))")
        }
        var operations = fuseOperations()
        if !options.hasExtendedAttributes {
            operations.getxattr = nil
            operations.listxattr = nil
        }
        return zwl_session_new(&arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, system.toOpaque())
    }

    /// `option` with commas and backslashes escaped: libfuse's parser splits at commas and removes one backslash.
    private static func escaped(_ option: String) -> String {
        String(option.flatMap { $0 == "," || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func reason(_ complaints: [String], otherwise: String) -> String {
        complaints.isEmpty ? otherwise : complaints.joined(separator: "; ")
    }
}
