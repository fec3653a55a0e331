import CLinux
import Confinement
import FuseBridge
import Glibc
import Recordings
import Support
import VirtualFS
import Zarr

/// The process of a mount that reads the store and answers the requests. It is a child of the monitor, which unmounts when it ends.
struct MountWorker: Sendable {
    /// Problems that the log has a line for; if there are more, they are only counted.
    private static let loggedProblems = 100
    /// Long enough that decoded sound is still in memory after a look at a spectrogram.
    private static let idleSeconds: UInt32 = 60
    /// How much more than the cache decoding one chunk may take: some arrays have chunks that are larger than the cache.
    private static let excessByteCount = 128 << 20
    /// Bytes that libfuse keeps for a request.
    private static let requestByteCount = (1 << 20) + (64 << 10)
    /// About what all else takes: the catalogue, documents, decoders.
    private static let objectByteCount = 12 << 20
    /// About how many threads there are beside those that answer requests.
    private static let otherThreads = 8

    /// How long the store is left alone after it was looked at: twice as long as that took, but no longer than this.
    private static let longestPause = Duration.seconds(5)

    private let configuration: MountConfiguration
    private let mountpoint: String
    private let cacheFolder: String?
    private let log: Log

    /// A worker for what is mounted at `mountpoint`, as `configuration` describes it.
    init(_ configuration: MountConfiguration, mountpoint: String, cacheFolder: String?, log: Log) {
        self.configuration = configuration
        self.mountpoint = mountpoint
        self.cacheFolder = cacheFolder
        self.log = log
    }

    /// What is done before the process has another thread.
    struct Preparation: Sendable {
        /// The measures that confine the process.
        let measures: ConfinementMeasures
        /// What it may do then; nil if it is not confined.
        let policy: ConfinementPolicy?
        /// Where coded bytes of a store on another machine are kept; nil if they are not.
        let blocks: DiskCache?
        /// The signal at which it looks at the store anew.
        let signal: ReloadSignal
    }

    /// Confines this process, unless the user does not want that, and has the system kill it if its parent, the process `monitor`, ends.
    func prepare(under monitor: pid_t) throws(CommandError) -> Preparation {
        let signal = try ReloadSignal()
        guard zwl_prctl(Int32(zwl_pr_set_pdeathsig), UInt(SIGKILL), 0, 0, 0) == 0, getppid() == monitor else {
            throw CommandError("the monitor of the mount has ended")
        }
        // The folder is made if there is none, which this process may not do later.
        let blocks = openBlocks()
        let policy = configuration.isConfined ? policy(changingBlocks: blocks != nil) : nil
        return Preparation(
            measures: policy.map { Confinement.apply($0) } ?? ConfinementMeasures(), policy: policy, blocks: blocks,
            signal: signal)
    }

    private func openBlocks() -> DiskCache? {
        guard let folder = configuration.blockFolder(cacheFolder: cacheFolder) else { return nil }
        do throws(SystemError) {
            return try DiskCache(folder: folder, byteLimit: configuration.blockByteLimit)
        } catch {
            log.say(.warning, "coded bytes are not kept on disk: \(error)")
            return nil
        }
    }

    /// What this process may do.
    private func policy(changingBlocks: Bool) -> ConfinementPolicy {
        let address = configuration.address
        let catalogue = configuration.cataloguePath(cacheFolder: cacheFolder)
        let folder = catalogue.map { FilePath.folder(of: FilePath.resolved($0) ?? $0) }
        let blocks = changingBlocks ? configuration.blockFolder(cacheFolder: cacheFolder) : nil
        return ConfinementPolicy(
            readableFolders: configuration.access.readableFiles(for: address),
            changeableFolders: [folder, blocks].compactMap(\.self), hasNetwork: address.isRemote)
    }

    /// Answers the requests that come through `device`, which it closes, until the store is unmounted or a signal comes. Calls `onReady`,
    /// on any thread, when the mount answers.
    func serve(
        _ device: Int32, _ preparation: Preparation, onReady: @escaping @Sendable () -> Void
    ) throws(CommandError) {
        let measures = preparation.measures
        for (measure, error) in measures.failures {
            log.say(.warning, "the system lacks a measure to confine this program: \(measure.rawValue): \(error)")
        }
        let store = configuration.store
        let cacheByteCount = cacheByteCount()
        // A quarter of the budget for what is read ahead from another machine.
        let fetchedByteCount = configuration.address.isRemote && configuration.decodesAhead ? cacheByteCount / 4 : 0
        let cache = BlockCache(budget: cacheByteCount - fetchedByteCount, excess: Self.excessByteCount)
        let file = configuration.catalogue.open(store: configuration.storeIdentity, folder: cacheFolder, log: log)
        var sources = MetricSources()
        sources.cache = cache
        sources.version = version
        sources.store = store
        sources.confinement = ConfinementMeasures.Measure.allCases.map { ($0.rawValue, measures.levels[$0] ?? 0) }
        sources.reachable =
            preparation.policy.map { policy in
                [
                    ("read", policy.readableFolders.joined(separator: ":")),
                    ("change", policy.changeableFolders.joined(separator: ":")),
                    ("network", policy.hasNetwork ? "other machines" : "nothing"),
                ]
            } ?? []
        let opened = try StoreCatalogue.open(
            configuration.address, configuration.access, blocks: preparation.blocks)
        let watch = watch(opened)
        let catalogue = try StoreCatalogue.catalogue(
            of: opened, configuration.address, cache: cache, file: file,
            metadata: configuration.shownMetadata, counters: sources.decoding, isLiving: true,
            watch: watch.map { GroupWatch($0, log: log) }, log: log)
        // Half of the budget for what is about to be read, the other half for what was.
        // Some threads wait for what is under way.
        let prefetcher = Prefetcher(
            threads: (opened.requestsAtOnce == nil ? 1 : 2) * Parallel.processorCount,
            byteBudget: configuration.decodesAhead ? (cacheByteCount - fetchedByteCount) / 2 : 0,
            line: opened.requestsAtOnce.map { Prefetcher.Line(requests: $0, byteBudget: fetchedByteCount) })
        let volume = Volume(
            catalogue, options: configuration.volumeOptions, prefetcher: prefetcher, sources: sources, log: log)
        let end = EndOfMount()
        defer { end.come() }
        do throws(FuseError) {
            let session = try FuseSession(volume, on: device, options: configuration.sessionOptions, log: log) {
                log.say(.info, "\(store) is mounted at \(mountpoint)")
                learn(volume, file, until: end)
                observe(volume, file, watch, preparation.signal, until: end)
                giveBackWhenIdle(cache)
                onReady()
            }
            // Only the session and the monitor have it: what waits for an answer ends when both have closed it.
            close(device)
            try session.run(handlingSignals: true)
        } catch {
            throw CommandError(error.summary)
        }
    }

    /// A watch over `store`, unless the user wants none or there can be none.
    private func watch(_ store: any Store) -> (any StoreWatch)? {
        guard configuration.watchesStore else { return nil }
        do throws(StoreError) {
            return try store.watch()
        } catch {
            log.say(
                .warning,
                "the store is not watched: what is new is shown after SIGHUP, or with -o reload=SECONDS (\(error))")
            return nil
        }
    }

    /// Shows what changes in the store from now on, unless the `end` comes.
    private func observe(
        _ volume: Volume, _ file: CatalogueFile?, _ watch: (any StoreWatch)?, _ signal: ReloadSignal,
        until end: EndOfMount
    ) {
        let observer = StoreObserver(watch, signal, reloadSeconds: configuration.reloadSeconds)
        let mounted = FolderIdentity(configuration.store)
        do {
            let thread = try WorkerThread(name: "observer") {
                while let changes = observer.next(), !end.hasCome {
                    let began = ContinuousClock.now
                    logReplacement(of: mounted)
                    Cancellation { end.hasCome ? .ended : nil }.run {
                        guard volume.reload({ $0.reloaded(changes) }) else { return }
                        learnAll(of: volume)
                        if !end.hasCome { file?.save() }
                    }
                    // An import that goes on for long does not keep the processors busy with a large group.
                    let pause = min(Self.longestPause, (ContinuousClock.now - began) * 2)
                    usleep(UInt32(clamping: Int64(pause / .microseconds(1))))
                }
            }
            thread.detach()
        } catch {
            log.say(.warning, "what changes in the store is not shown: \(error)")
        }
    }

    /// Logs once that the store is not at its path any more, where `mounted` was when it was mounted. That folder is open and shown on: this
    /// process can open no other.
    private func logReplacement(of mounted: FolderIdentity?) {
        guard let mounted, FolderIdentity(configuration.store) != mounted else { return }
        log.sayOnce(
            .warning, key: "replaced",
            "\(configuration.store) is not the store any more that was mounted: it was moved, removed or replaced; unmount and mount again to show what is there now"
        )
    }

    /// The size of the cache: the one that is asked for, unless the address space is too small for it. If that is limited at all, threads
    /// get small stacks, and the allocator maps little at a time.
    private func cacheByteCount() -> Int {
        if AddressSpace.isBounded {
            AddressSpace.economizeOnStacks()
            Allocator.limitGrowth(to: 1 << 20)
        }
        let wanted = configuration.cacheByteCount
        // A thread that answers has a buffer for a request as well. The other threads: those that decode ahead, learn, and so on.
        let rest =
            configuration.maximumThreads * (AddressSpace.smallStackByteCount + Self.requestByteCount)
            + Self.otherThreads * AddressSpace.smallStackByteCount + Self.objectByteCount
        // The allocator takes up to twice as much as it hands out.
        let room = (AddressSpace.room(upTo: 2 * wanted + rest) - rest) / 2
        guard room < wanted else { return wanted }
        log.say(
            .warning,
            "the address space is limited (ulimit -v): the cache has \(max(room, 0) >> 20) MiB instead of \(wanted >> 20)"
        )
        return max(room, 0)
    }

    /// Learns all recordings of `volume`. What the store's own catalogue has is shown at once, and what the store has, as soon as that is known.
    private func learnAll(of volume: Volume) {
        volume.learn()
        // What was moved meanwhile, since the store changed, is examined after that.
        var attempts = 3
        while attempts > 0, volume.reload({ $0.mayBeStale ? $0.reloaded(.all) : nil }) {
            attempts -= 1
            volume.learn()
        }
    }

    /// Learns all recordings of `volume` in the background, and logs the problems, unless the `end` comes before.
    private func learn(_ volume: Volume, _ file: CatalogueFile?, until end: EndOfMount) {
        do {
            let thread = try WorkerThread(name: "learner") {
                Cancellation { end.hasCome ? .ended : nil }.run {
                    learnAll(of: volume)
                }
                guard !end.hasCome else { return }
                file?.save()
                var problemCount = 0
                volume.forEachProblem { problem in
                    if problemCount < Self.loggedProblems { log.say(.warning, problem.description) }
                    problemCount += 1
                }
                let place = volume.hasReports ? ": see .zarrwlr/problems.txt" : ""
                let advice = problemCount == 0 ? "" : ", \(problemCount) problems\(place)"
                log.say(.info, "\(volume.counts.learned) recordings\(advice)")
                Allocator.giveBack()
            }
            thread.detach()
        } catch {
            log.say(.warning, "recordings are examined only when they are requested: \(error)")
        }
    }

    /// Empties `cache` when nothing is read.
    private func giveBackWhenIdle(_ cache: BlockCache) {
        do throws(SystemError) {
            try IdleRelease.start(for: cache, afterSeconds: Self.idleSeconds)
        } catch {
            log.say(.warning, "decoded sound stays in memory when nothing is read: \(error)")
        }
    }
}
