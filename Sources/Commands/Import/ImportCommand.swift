import Glibc
import Importing
import Recordings
import Support
import WaveFile
import Zarr

/// `zarrwlr import`: imports files into a store.
enum ImportCommand {
    struct Configuration: Sendable {
        var options = ImportOptions()
        var keepsTree = false
        var jobs = Parallel.processorCount
        var isDryRun = false
        var isJSON = false
        /// Whether what is passed over is named, too.
        var isVerbose = false
        /// Whether only failures and warnings are printed.
        var isQuiet = false
        var keepsSidecars = false
        var access = StoreAccess()
    }

    /// The budget of the cache for what is read back.
    private static let cacheByteCount = 32 << 20
    /// How many sources after the first that is not done are processed at least: one that takes long is to hold up no others.
    private static let minimumLead = 64
    /// How long recordings that are staged wait for others, so that the disk is not asked for each of them.
    private static let publicationMilliseconds = 60

    static let subcommand = Subcommand(
        "import", operands: "STORE[::GROUP] SOURCE...", operandCount: 2...Int.max,
        summary: "Import files into a store, and verify each of them.",
        notes: """
            STORE is created if it does not exist, and so is GROUP. SOURCE is a file of any kind that contains sound, or a folder:
            then all files in it and in the folders below it are taken whose names have the usual extensions of sound and video.

            With flac and pcm no sound is lost: a mount shows a WAV file of plain samples, however odd, byte for byte, and extract
            --source gives back a FLAC, MP3 or Vorbis file; both are verified before the import is complete. Of all others (coded
            samples such as µ-law and ADPCM, RIFX, an ID3 tag before RIFF, other containers) samples and metadata are kept, and
            the line says "not byte for byte". Samples that FLAC cannot hold (floating point, more than 8 channels) are kept as
            pcm. With aac and opus, sources with a sample rate that these cannot hold are refused, unless --ultrasonic says what
            to do. Without --bitrate, they have, in bits a second:

            \(CodecWords.bitRates)

            The path of a source below the folder is kept, and info shows it. Recordings are numbered in the order of their sources'
            paths. Of files of one name in a group, a mount shows all but the first with their numbers (x~1.wav); --keep-tree keeps
            them apart.

            Sources that are \(CodecWords.copiedKinds) already are stored as they are.

            Sources that are damaged or cut short are imported as far as they can be decoded: silence stands for what is
            missing, and a note says how much. With --strict they are refused.

            What else is in a folder is passed over: -v names it, and of sound that only other programs read it is always said what
            converts it. With --sidecars, files of up to 16 MiB that are no sound (CONFIG.TXT, summaries, GPS tracks, logs) are kept
            with the group; zarrwlr extract --sidecars gives them back.

            A recording's start is taken from GUANO, bext, AudioMoth's comment, wamd, iXML, a tag RecordingStart or DATE, the
            file's name, ICRD or creation_time, in this order, else from --start. An offset that it has itself wins over
            --timezone. A time that a clock shows which was never set is no start, but a note.

            A source whose SHA-256 the group already has is skipped. A source that cannot be imported, or a folder that cannot be
            read, is named on standard error, the import continues with the others, and the exit status is 1. If the disk is full,
            it stops, and says how many sources were not tried. Ctrl-C lets what is being verified be completed, discards the rest,
            and ends the import; the next one goes on from there.

            --dry-run names what is there already, or would be by then, what cannot be imported, and a store that cannot be written
            to. Sources are opened for it, but not decoded.
            """,
        options: ImportOption.all + .remoteAccess(\.access), configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        try StoreCatalogue.checkIsWritable(address)
        let sources = ImportSources(
            operands.dropFirst(), keepsTree: configuration.keepsTree, keepsSidecars: configuration.keepsSidecars)
        guard !sources.files.isEmpty || !sources.unreadable.isEmpty else {
            if let store = operands.dropFirst().first(where: isStore) {
                throw CommandError(
                    "\(store) is a store, and has no files to be imported; STORE comes first: zarrwlr import \(store) SOURCE..."
                )
            }
            throw CommandError(
                "\(operands.dropFirst().joined(separator: ", ")): no file is named as sound or video usually is; name files themselves "
                    + "to import them")
        }
        try check(configuration.options.starts, sources)
        let report = ImportReport(sources, streams, configuration)
        report.report(unreadable: sources.unreadable)
        report.reportPassedOver()
        guard !sources.files.isEmpty else { return report.finish() }
        var options = configuration.options
        options.threads = max(configuration.jobs / sources.files.count, 1)
        let importer = Importer(options, cache: BlockCache(budget: cacheByteCount))
        if configuration.isDryRun {
            streams.confine(reading: ["/"], hasNetwork: address.isRemote)
            try preview(sources, by: importer, address, configuration.access, report)
        } else {
            try Interruption.watch { () throws(CommandError) in
                try carryOut(sources, by: importer, address, configuration, report, streams)
            }
        }
        return report.finish()
    }

    /// Whether there is a Zarr store in the folder at `path`.
    private static func isStore(_ path: String) -> Bool {
        "\(path)/zarr.json".withFileName { access($0, F_OK) } == 0
    }

    /// Throws if the user says about starts what cannot be.
    private static func check(_ starts: StartRules, _ sources: ImportSources) throws(CommandError) {
        guard starts.override != nil else { return }
        guard sources.files.count == 1 else {
            throw CommandError(
                "--override-start is the start of one source, and there are \(sources.files.count): import them one by "
                    + "one, or use --shift")
        }
        guard starts.shiftNanoseconds == 0 else {
            throw CommandError("--override-start is the start as it is: leave --shift out")
        }
    }

    /// Reports what would become of `sources`. The store is only read, if there is one.
    private static func preview(
        _ sources: ImportSources, by importer: Importer, _ address: StoreAddress, _ access: StoreAccess,
        _ report: ImportReport
    ) throws(CommandError) {
        let store =
            try StoreCatalogue.isVacant(address, access) ? nil : StoreCatalogue.open(address, access)
        if let store { _ = try StoreCatalogue.writable(store, address) }
        func group(of file: ImportSources.File) -> String { address.group(below: file.subgroup) }
        do throws(CommandError) {
            let groups = Set((sources.files + sources.sidecars).map(group))
            if !address.isRemote { try StoreCatalogue.checkWriting(path: address.path, groups: groups.sorted()) }
        } catch {
            report.report(unreadable: [(address.path, error)])
        }
        let byteCounts = Dictionary(grouping: sources.files) { Array(group(of: $0).utf8) }
            .mapValues { $0.map(\.byteCount) }
        typealias Plans = (known: GroupSources?, planned: PlannedSources, problem: ImportError?)
        var groups: [[UInt8]: Plans] = [:]
        for source in sources.files {
            let group = group(of: source)
            let key = Array(group.utf8)
            let plans: Plans =
                groups[key]
                ?? (
                    store.map { GroupSources(of: group, in: $0) }, PlannedSources(byteCounts: byteCounts[key] ?? []),
                    store.flatMap { ImportGroups.problem(of: group, in: $0) }
                )
            groups[key] = plans
            report.report(
                source,
                Result { () throws(ImportError) in
                    if let problem = plans.problem { throw problem }
                    return try importer.plan(for: source.path, besides: plans.known, after: plans.planned)
                })
        }
        for sidecar in sources.sidecars { report.reportPlanned(sidecar) }
    }

    private static func carryOut(
        _ sources: ImportSources, by importer: Importer, _ address: StoreAddress, _ configuration: Configuration,
        _ report: ImportReport, _ streams: CommandStreams
    ) throws(CommandError) {
        // Threads that connections have are confined as well.
        if address.isRemote { streams.confine(reading: ["/"], hasNetwork: true) }
        let (isNew, isNewFolder) = (
            try StoreCatalogue.isVacant(address, configuration.access),
            !address.isRemote && address.path.withFileName { access($0, F_OK) } != 0
        )
        let store = try open(address, configuration.access, report)
        let groups = ImportGroups(store: store, base: address)
        let parts = try? StoredCatalogueEditor.parts(of: store)
        // Sources may be links to anywhere. A new store's folder is removed again if nothing comes into it.
        if !address.isRemote {
            streams.confine(
                reading: ["/"], managing: [address.path],
                clearing: isNewFolder ? [FilePath.folder(of: FilePath.absolute(address.path))] : [])
        }
        // On S3, a recording gets its number when it is begun, and as many are read back while others are written.
        let order = address.isRemote ? StagingOrder(atOnce: configuration.jobs) : nil
        try importFiles(
            sources.files, by: importer, groups, order, threads: configuration.jobs * (order == nil ? 1 : 2), report)
        if report.isStopped {
            for sidecar in sources.sidecars { report.leave(sidecar) }
        } else {
            keep(sources.sidecars, in: groups, report)
        }
        CatalogueUpdate.record(
            imported: report.importedFacts, since: parts, kept: report.presentPaths, in: store, streams, as: "import")
        guard isNew, !report.hasKeptSomething else { return }
        try StoreCatalogue.removeBare(address, configuration.access, keepsFolder: !isNewFolder)
    }

    /// Imports `files` by `threads` threads, and one that publishes what they have staged.
    private static func importFiles(
        _ files: [ImportSources.File], by importer: Importer, _ groups: ImportGroups, _ order: StagingOrder?,
        threads: Int, _ report: ImportReport
    ) throws(CommandError) {
        // In order, whatever the threads: numbers tell apart what has the same name.
        let publications = OrderedBatches<(ImportSources.File, Result<StagedRecording, ImportError>?)>(
            lead: max(minimumLead, 2 * threads), interval: .milliseconds(publicationMilliseconds))
        let staging: WorkerThread
        do {
            staging = try WorkerThread(name: "import") {
                Parallel.forEach(count: files.count, threads: threads) { index in
                    let file = files[index]
                    publications.prepare(index)
                    let staged =
                        report.isStopped
                        ? nil
                        : Result { () throws(ImportError) in
                            try importer.stage(
                                at: file.path, relativePath: file.relativePath,
                                into: groups.group(below: file.subgroup),
                                turn: order.map { Importer.Turn(index, in: $0) }
                            ) { report.advance(file, by: $0) }
                        }
                    order?.skip(index)
                    if case .failure(let error)? = staged { report.notice(error) }
                    publications.finish(index, (file, staged))
                }
            }
        } catch {
            throw CommandError("the import cannot begin", cause: error)
        }
        publications.forEach(count: files.count) { publish($0, report) }
        staging.join()
    }

    /// Publishes those of `batch` that were staged, and reports what became of each; nil stands for a file that was not begun.
    private static func publish(
        _ batch: [(file: ImportSources.File, staged: Result<StagedRecording, ImportError>?)], _ report: ImportReport
    ) {
        var outcomes = StagedRecording.publish(batch.compactMap { try? $0.staged?.get() })[...]
        for (file, staged) in batch {
            switch staged {
            case nil: report.leave(file)
            case .failure(let error): report.report(file, Result<Importer.Outcome, ImportError>.failure(error))
            case .success:
                if let outcome = outcomes.popFirst() { report.report(file, outcome) }
            }
        }
    }

    /// Keeps `sidecars` with their groups.
    private static func keep(_ sidecars: [ImportSources.File], in groups: ImportGroups, _ report: ImportReport) {
        for (subgroup, files) in Dictionary(grouping: sidecars, by: \.subgroup).sorted(by: { $0.key < $1.key }) {
            do throws(ImportError) {
                let group = try groups.group(below: subgroup)
                let outcomes = group.keep(files.map { .init(path: $0.path, relativePath: $0.relativePath) })
                for (file, outcome) in zip(files, outcomes) { report.report(file, outcome) }
            } catch {
                for file in files { report.report(file, .failed(error)) }
            }
        }
    }

    /// Opens the store, or creates it, and removes what interrupted imports have left.
    private static func open(
        _ address: StoreAddress, _ access: StoreAccess, _ report: ImportReport
    ) throws(CommandError) -> any WritableStore {
        let store = try StoreCatalogue.create(address, access) { Interruption.hasHappened }
        do {
            let leftovers = try store.removeLeftovers()
            if !leftovers.isEmpty { report.reportLeftovers(leftovers.count) }
            return store
        } catch {
            throw CommandError(address.path, cause: error)
        }
    }
}
