import FuseBridge
import Glibc
import Support

/// The process of a mount that mounts and unmounts: it reads nothing of the store, and lives as long as the mount.
///
/// Another process, the worker, serves the mount. However that ends, no dead mountpoint is left; and if the monitor is killed, the
/// system kills the worker.
struct MountMonitor: Sendable {
    private let configuration: MountConfiguration
    private let cacheFolder: String?
    /// Only what stays in the foreground is the process that the manager has started.
    private let manager: ServiceManager?

    /// A monitor of the mount that `configuration`, whose paths are absolute, describes. `cacheFolder` is that for
    /// `CatalogueLocation.standard`.
    init(_ configuration: MountConfiguration, cacheFolder: String?) {
        self.configuration = configuration
        self.cacheFolder = cacheFolder
        manager = configuration.isForeground ? .ofEnvironment : nil
    }

    /// Mounts, starts the worker, calls `onReady` once the mount answers, and returns when it is unmounted. Throws if the mount does
    /// not begin, or ends because the worker failed.
    ///
    /// To be called while the process has no other thread that does anything.
    func run(onReady: () -> Void) throws(CommandError) {
        let log = try configuration.makeLog()
        let mountpoint = try Mountpoint.check(
            configuration.mountpoint, store: configuration.store,
            clearing: ["fuse.zarrwlr", "fuse.\(configuration.subtype)"])
        try Mountpoint.check(
            mountpoint,
            covering: [
                ("catalogue", configuration.cataloguePath(cacheFolder: cacheFolder)),
                ("cache_dir", configuration.blockFolder(cacheFolder: cacheFolder)),
            ])
        // Nothing is mounted if there is no store. One on another machine is looked for by the worker: connections are made by threads, of
        // which this process has none.
        if configuration.address.isRemote {
            try configuration.access.remote.check(configuration.address)
        } else {
            _ = try StoreCatalogue.open(configuration.address, configuration.access)
        }
        let failure = try serve(at: mountpoint, log) {
            notify("READY=1", "STATUS=\(configuration.store) is mounted at \(mountpoint)", log)
            onReady()
        }
        if let failure {
            if !configuration.logsToStandardError { log.say(.error, "\(failure); \(mountpoint) is unmounted") }
            throw CommandError("\(failure); \(mountpoint) is unmounted")
        }
        log.say(.info, "\(mountpoint) is unmounted")
    }

    /// Mounts, and unmounts when the worker has ended; returns why that failed, if it did.
    private func serve(at mountpoint: String, _ log: Log, _ onReady: () -> Void) throws(CommandError) -> String? {
        let mount = try mount(at: mountpoint, log)
        let signals = try Self.signals()
        var worker = try makeWorker(serving: mount.device, at: mountpoint, log)
        let outcome = WorkerWatch.wait(for: &worker, signals, onReady: onReady)
        notify("STOPPING=1", "STATUS=\(mountpoint) is being unmounted", log)
        guard worker.hasBegun else { throw worker.reasonBeforeBeginning(outcome.end) }
        if outcome.wasKilled { log.say(.warning, "the worker did not answer to a signal and was killed") }
        return outcome.failure(worker.reason)
    }

    /// Sends the service manager, if there is one, what the mount's state is now.
    private func notify(_ state: String, _ status: String, _ log: Log) {
        do throws(SystemError) {
            try manager?.notify(state, status)
        } catch {
            log.say(.warning, "the service manager cannot be notified: \(error)")
        }
    }

    private func mount(at mountpoint: String, _ log: Log) throws(CommandError) -> FuseMount {
        do throws(FuseError) {
            try FuseDevice.check()
            return try FuseMount(at: mountpoint, options: configuration.sessionOptions, log: log)
        } catch {
            throw CommandError(error.summary)
        }
    }

    private static func signals() throws(CommandError) -> SignalQueue {
        do throws(SystemError) {
            return try WorkerWatch.signals()
        } catch {
            throw CommandError("cannot handle signals", cause: error)
        }
    }

    private func makeWorker(
        serving device: Int32, at mountpoint: String, _ log: Log
    ) throws(CommandError) -> ProcessCopy {
        let worker = MountWorker(configuration, mountpoint: mountpoint, cacheFolder: cacheFolder, log: log)
        let leavesTerminal = !configuration.isForeground
        let monitor = getpid()
        do throws(SystemError) {
            return try ProcessCopy { _ throws(CommandError) in
                try worker.prepare(under: monitor)
            } _: { report, preparation throws(CommandError) in
                try worker.serve(device, preparation) {
                    if leavesTerminal { Terminal.leave() }
                    report.begin()
                }
            }
        } catch {
            throw CommandError("cannot start the worker", cause: error)
        }
    }
}
