import CFuse
import Glibc
public import Support
public import VirtualFS

/// A mounted volume, from the mounting to its end.
public struct FuseSession: ~Copyable {
    /// What libfuse is told.
    public struct Options: Sendable {
        /// Mount options for libfuse and the kernel, as `name` or `name=value`, not escaped.
        public var mountOptions: [String] = []
        /// The most threads that answer requests; with 1, the thread that calls `run` answers all.
        public var maximumThreads = 10
        /// Whether files have extended attributes. Where they have none, the kernel asks once and never again.
        public var hasExtendedAttributes = true
        /// Whether every request is told to the log, as a debug line.
        public var isTracing = false

        /// No mount options, ten threads.
        public init() {}
    }

    private let session: OpaquePointer
    private let system: Unmanaged<FuseFileSystem>
    private let maximumThreads: Int

    /// Mounts `volume` at the directory `mountpoint`. Nothing is answered before `run`; once it answers, `onReady` is called,
    /// from any thread. What libfuse says goes to `log`, or into the error.
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
        let (mounted, mountComplaints) = FuseLog.collecting {
            capturingStandardError { fuse_session_mount(session, mountpoint) }
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
    }

    deinit {
        fuse_session_unmount(session)
        fuse_session_destroy(session)
        system.release()
    }

    /// Answers requests until the volume is unmounted, by whomever, or, `handlingSignals`, until SIGINT, SIGTERM or SIGHUP; then
    /// it is unmounted.
    public consuming func run(handlingSignals: Bool) throws(FuseError) {
        if handlingSignals { try handleSignals() }
        let result = maximumThreads == 1 ? fuse_session_loop(session) : loopOverThreads()
        if handlingSignals { fuse_remove_signal_handlers(session) }
        // Above zero, it is the signal that ended the loop.
        guard result >= 0 else { throw FuseError("the mount ended: \(String(cString: strerror(-result)))") }
    }

    private borrowing func handleSignals() throws(FuseError) {
        // Whoever started the process may have had them blocked, which is inherited.
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
        // The first is taken for the program's name.
        fuse_opt_add_arg(&arguments, "zarrwlr-mount")
        // The kernel learns it from the mount, and libfuse insists that `FuseFileSystem.start` says the same.
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

    /// `option` as libfuse's parser gives it back: it splits at commas and takes a backslash away.
    private static func escaped(_ option: String) -> String {
        String(option.flatMap { $0 == "," || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func reason(_ complaints: [String], otherwise: String) -> String {
        complaints.isEmpty ? otherwise : complaints.joined(separator: "; ")
    }
}
