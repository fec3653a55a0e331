import FuseBridge
import Glibc
import Recordings
import Support
import VirtualFS

/// `zarrwlr-mount`: mounts a store, and serves it until it is unmounted.
public struct MountCommand: Sendable {
    /// Takes text to be written as it is.
    public typealias Output = @Sendable (String) -> Void

    private static let name = "zarrwlr-mount"
    /// Problems that the log has a line for; if there are more, they are only counted.
    private static let loggedProblems = 100
    /// Long enough that decoded sound is still in memory after a look at a spectrogram.
    private static let idleSeconds: UInt32 = 60

    private let output: Output
    private let errors: Output
    private let cacheFolder: String?

    /// A command that writes what was asked for to `output` and why it failed to `errors`. What it learns of a store is kept in the user's
    /// folder for caches.
    public init(output: @escaping Output, errors: @escaping Output) {
        self.init(output: output, errors: errors, cacheFolder: CatalogueLocation.userFolder)
    }

    /// As above, with the folder for `CatalogueLocation.standard`; nil if nothing is to be kept there.
    init(output: @escaping Output, errors: @escaping Output, cacheFolder: String?) {
        self.output = output
        self.errors = errors
        self.cacheFolder = cacheFolder
    }

    /// Does what `arguments` (without the program's name) say and returns the exit status: 0, or 1 with one line in `errors`.
    ///
    /// Unless it is to stay in the foreground, it returns as soon as the mount answers, and a copy of the process goes
    /// on; it must then be called while the process has no other thread.
    public func run(_ arguments: [String]) -> Int32 {
        do throws(CommandError) {
            switch try MountInvocation(arguments) {
            case .help: output(MountHelp.text)
            case .version: output(versionText(of: Self.name))
            case .mount(let configuration): try mount(configuration)
            }
            return 0
        } catch {
            errors("\(Self.name): \(error.description.escapingControlCharacters)\n")
            return 1
        }
    }

    private func mount(_ configuration: MountConfiguration) throws(CommandError) {
        var configuration = configuration
        configuration.store = FilePath.absolute(configuration.store)
        configuration.mountpoint = FilePath.absolute(configuration.mountpoint)
        configuration.logFile = configuration.logFile.map(FilePath.absolute)
        if case .file(let path) = configuration.catalogue { configuration.catalogue = .file(FilePath.absolute(path)) }
        if configuration.isForeground {
            try serve(configuration, onReady: {})
        } else {
            let settled = configuration
            try BackgroundProcess.run { begun throws(CommandError) in try serve(settled, onReady: begun) }
        }
    }

    private func serve(
        _ configuration: MountConfiguration, onReady: @escaping @Sendable () -> Void
    ) throws(CommandError) {
        let log = try makeLog(configuration)
        let store = configuration.store
        let mountpoint = try Mountpoint.check(configuration.mountpoint, store: store)
        let cache = BlockCache(budget: configuration.cacheByteCount)
        let file = configuration.catalogue.open(store: store, folder: cacheFolder, log: log)
        var sources = MetricSources()
        sources.cache = cache
        sources.version = version
        sources.store = store
        let catalogue = try StoreCatalogue.catalogue(
            of: StoreCatalogue.open(path: store, links: configuration.links),
            StoreAddress(path: store, group: configuration.group), cache: cache, file: file, counters: sources.decoding,
            log: log)
        // Half of the budget for what is about to be read, the other half for what was.
        let prefetcher = Prefetcher(byteBudget: configuration.decodesAhead ? configuration.cacheByteCount / 2 : 0)
        let volume = Volume(
            catalogue, options: volumeOptions(configuration), prefetcher: prefetcher, sources: sources, log: log)

        var options = FuseSession.Options()
        options.mountOptions = configuration.allFuseOptions(store: store)
        options.maximumThreads = configuration.maximumThreads
        options.hasExtendedAttributes = configuration.hasExtendedAttributes
        options.isTracing = configuration.isTracing
        do throws(FuseError) {
            try FuseDevice.check()
            let session = try FuseSession(volume, at: mountpoint, options: options, log: log) {
                log.say(.info, "\(store) is mounted at \(mountpoint)")
                learn(volume, file, log)
                giveBackWhenIdle(cache, log)
                onReady()
            }
            try session.run(handlingSignals: true)
        } catch {
            throw CommandError(error.summary)
        }
        log.say(.info, "\(mountpoint) is unmounted")
    }

    /// Learns all recordings of `volume` in the background, and logs the problems.
    private func learn(_ volume: Volume, _ file: CatalogueFile?, _ log: Log) {
        do {
            let thread = try WorkerThread(name: "learner") {
                volume.learn()
                file?.save()
                var problemCount = 0
                volume.forEachProblem { problem in
                    if problemCount < Self.loggedProblems { log.say(.warning, problem.description) }
                    problemCount += 1
                }
                let advice = problemCount == 0 ? "" : ", \(problemCount) problems: see .zarrwlr/problems.txt"
                log.say(.info, "\(volume.counts.learned) recordings\(advice)")
                Allocator.giveBack()
            }
            thread.detach()
        } catch {
            log.say(.warning, "recordings are examined only when they are requested: \(error)")
        }
    }

    /// Empties `cache` when nothing is read.
    private func giveBackWhenIdle(_ cache: BlockCache, _ log: Log) {
        do throws(SystemError) {
            try IdleRelease.start(for: cache, afterSeconds: Self.idleSeconds)
        } catch {
            log.say(.warning, "decoded sound stays in memory when nothing is read: \(error)")
        }
    }

    private func makeLog(_ configuration: MountConfiguration) throws(CommandError) -> Log {
        let minimum: LogLevel = configuration.isTracing ? .debug : .info
        if let file = configuration.logFile { return try .file(file, minimum: minimum) }
        return configuration.isForeground
            ? .standardError(program: Self.name, minimum: minimum) : .system(program: Self.name, minimum: minimum)
    }

    private func volumeOptions(_ configuration: MountConfiguration) -> VolumeOptions {
        var options = VolumeOptions()
        options.owner = configuration.owner
        options.ownerGroup = configuration.ownerGroup
        options.umask = configuration.umask
        var status = stat()
        if "\(configuration.store)/zarr.json".withFileName({ stat($0, &status) }) == 0 {
            options.modified = Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        }
        return options
    }
}
