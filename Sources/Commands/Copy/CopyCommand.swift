import Glibc
import Recordings
import S3
import Support
import Zarr

/// `zarrwlr copy`: copies a store, or a part of it, to another place.
enum CopyCommand {
    struct Configuration: Sendable {
        /// How many values are copied at a time; nil for what suits the stores.
        var jobs: Int?
        var isJSON = false
        /// Whether only what is not copied is printed.
        var isQuiet = false
        var access = StoreAccess()
        /// How the destination is reached if it is on S3, as far as that differs from the source.
        var destination = AWSSettings.Wishes()
    }

    /// Values copied at a time if a store is on another machine: what latency there is, is then had by many at once.
    private static let remoteJobs = 16

    static let subcommand = Subcommand(
        "copy", operands: "SOURCE[::GROUP] DEST", operandCount: 2...2,
        summary: "Copy a store, or a group of it, to another place, and verify it.",
        notes: """
            SOURCE is a store at any address, and DEST one that can be written to, which is created if it does not exist. What is
            copied has the same path, the same number and the same bytes in DEST.

            A recording appears in DEST when all of it is there and what was written has been compared with what was read. Ctrl-C,
            a kill or a power cut leaves no part of a recording that anybody sees; the same command then goes on. A recording that
            DEST has already is compared, not copied. Nothing in DEST is overwritten or removed: a recording that is another one
            there is named and left, and so is what only DEST has.

            Files that belong to no Zarr node are named and not copied. A recording that changes while it is copied, or cannot be
            read, is named, and the copy goes on with the others. What is damaged in SOURCE is copied as it is: zarrwlr check says
            what is.

            The exit status is 0 if DEST has all that was to be copied, 1 if something is missing or another one there, or if SOURCE
            is on a web server and cannot say all that it has, and 2 if nothing could be copied.
            """,
        options: [
            CommandOption(
                "--jobs", "-j",
                effect: .value("N") { configuration, text throws(CommandError) in
                    configuration.jobs = try CommandOption<Configuration>.jobs(text)
                },
                help: "values copied at a time (the processors; 16 over a network)"),
            CommandOption("--json", effect: .flag { $0.isJSON = true }, help: "print JSON, a line a recording"),
            CommandOption(
                "--quiet", "-q", effect: .flag { $0.isQuiet = true }, help: "print only what is not copied"),
            CommandOption(
                "--dest-endpoint", effect: .value("URL") { $0.destination.endpoint = $1 },
                help: "of DEST, if it is on another service than SOURCE"),
            CommandOption(
                "--dest-region", effect: .value("NAME") { $0.destination.region = $1 },
                help: "of DEST, if it is in another region than SOURCE"),
            CommandOption(
                "--dest-profile", effect: .value("NAME") { $0.destination.profile = $1 },
                help: "of DEST: whose credentials, if not those for SOURCE"),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let (source, destination) = (StoreAddress(operands[0]), StoreAddress(operands[1]))
        guard destination.group.isEmpty else {
            throw CommandError(
                "\(operands[1]): DEST is a store: what is copied has the same path there as in SOURCE (a path that has '::' is "
                    + "followed by another)")
        }
        try StoreCatalogue.checkIsWritable(destination)
        let access = destinationAccess(configuration)
        try check(source, configuration.access, apartFrom: destination, access)
        let isNewFolder = try makeFolder(destination)
        streams.confine(
            reading: configuration.access.readableFiles(for: source) + access.readableFiles(for: destination),
            managing: destination.isRemote ? [] : [destination.path],
            clearing: isNewFolder ? [FilePath.folder(of: destination.absolutePath)] : [],
            hasNetwork: source.isRemote || destination.isRemote)
        let report = CopyReport(streams, isJSON: configuration.isJSON, isQuiet: configuration.isQuiet)
        do throws(CommandError) {
            try Interruption.watch { () throws(CommandError) in
                try carryOut(source, destination, configuration, report, streams)
            }
        } catch {
            // Only if it is still empty.
            if isNewFolder { _ = destination.path.withFileName { rmdir($0) } }
            throw error
        }
        return report.finish()
    }

    private static func carryOut(
        _ source: StoreAddress, _ destination: StoreAddress, _ configuration: Configuration, _ report: CopyReport,
        _ streams: CommandStreams
    ) throws(CommandError) {
        let opened = try StoreCatalogue.open(source, configuration.access)
        let listed = opened.listsFolders ? nil : CataloguedStore(opened, log: report.log)
        let store: any Store = listed ?? opened
        let document: [UInt8]
        do {
            document = try StoreCopy.rootDocument(
                of: store, for: source.group, wholeType: HierarchyNames.recordingType)
        } catch {
            throw CommandError("\(source.path): cannot be copied", cause: error)
        }
        let written = try StoreCatalogue.create(destination, destinationAccess(configuration), document: document) {
            Interruption.hasHappened
        }
        do {
            report.report(leftovers: try written.removeLeftovers().count)
        } catch {
            throw CommandError(destination.path, cause: error)
        }
        let isRemote = source.isRemote || destination.isRemote
        let copy = StoreCopy(
            from: store, to: written, wholeType: HierarchyNames.recordingType,
            threads: configuration.jobs ?? (isRemote ? remoteJobs : Parallel.processorCount),
            cancellation: Interruption.cancellation)
        do {
            try copy.run(source.group, progress: { report.show($0) }, report: { report.report($0, $1) })
        } catch {
            throw CommandError("\(source.path): cannot be copied", cause: error)
        }
        if listed?.mayHaveMore == true { report.reportUnseen(in: source.group) }
        CatalogueUpdate.record(
            changed: report.copiedPaths, kept: report.presentPaths, in: written, streams, as: "copy")
    }

    /// How the destination is reached.
    private static func destinationAccess(_ configuration: Configuration) -> StoreAccess {
        var access = configuration.access
        let own = configuration.destination
        access.remote.s3.endpoint = own.endpoint ?? access.remote.s3.endpoint
        access.remote.s3.region = own.region ?? access.remote.s3.region
        access.remote.s3.profile = own.profile ?? access.remote.s3.profile
        if own.profile != nil { access.remote.s3.isAnonymous = false }
        return access
    }

    /// Throws if one of the stores is, or lies in, the other.
    private static func check(
        _ source: StoreAddress, _ sourceAccess: StoreAccess, apartFrom destination: StoreAddress, _ access: StoreAccess
    ) throws(CommandError) {
        func place(_ address: StoreAddress, _ access: StoreAccess) -> String {
            let identity = access.remote.identity(of: address).trimmingSlashes
            guard !address.isRemote else { return identity }
            let folder = FilePath.folder(of: address.absolutePath)
            let name = address.absolutePath.split(separator: "/").last ?? ""
            return FilePath.resolved(address.path) ?? FilePath.resolved(folder).map { "\($0)/\(name)" } ?? address.path
        }
        let (one, other) = (place(source, sourceAccess), place(destination, access))
        guard !FilePath.lies(one, in: other), !FilePath.lies(other, in: one) else {
            throw CommandError("\(destination.path): lies in SOURCE, or SOURCE in it")
        }
        guard let key = source.key, let otherKey = destination.key, key != otherKey,
            FilePath.lies(key, in: otherKey) || FilePath.lies(otherKey, in: key)
        else { return }
        throw CommandError(
            "\(destination.path): lies in SOURCE, or SOURCE in it, if the two endpoints are one service, which may have several "
                + "names: choose another prefix")
    }

    /// Makes the folder of the store at `address` if there is nothing, and returns whether that was so.
    private static func makeFolder(_ address: StoreAddress) throws(CommandError) -> Bool {
        guard !address.isRemote else { return false }
        guard !address.path.hasSuffix(".zip") else {
            throw CommandError("\(address.path): a ZIP archive is only read; name a folder, and pack that")
        }
        try StoreCatalogue.checkHasFolder(address.path)
        if address.path.withFileName({ mkdir($0, 0o777) }) == 0 { return true }
        guard errno == EEXIST else {
            throw CommandError("the store cannot be made", cause: SystemError("mkdir", address.path))
        }
        return false
    }
}

extension StoreAddress {
    /// The bucket and the prefix, whichever the service; nil if it is no bucket.
    fileprivate var key: String? {
        guard case .bucket(let name, let prefix) = place else { return nil }
        return "\(name)/\(prefix)".trimmingSlashes
    }
}
