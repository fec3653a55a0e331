import Recordings
import Support
import Zarr

/// `zarrwlr catalogue`: writes the catalogue that a store keeps of itself.
enum CatalogueCommand {
    struct Configuration: Sendable {
        var action = Action.write
        var catalogue = CatalogueLocation.standard
        var access = StoreAccess()
    }

    enum Action: Sendable {
        case write, check, remove
        /// Writes it without believing what it says.
        case writeAnew
    }

    static let subcommand = Subcommand(
        "catalogue", operands: "STORE", operandCount: 1...1,
        summary: "Write a catalogue into a store, so that mounts list it at once.",
        notes: """
            The catalogue has a row for each recording, with all that a list shows. Once it is there, each import adds what is new to it,
            as do set, move, remove and check --repair; this command puts everything into one again, and adds what it lacks. Mounts list
            from it, and look at a recording itself when that is opened; those of folders examine all in the background. An import of a
            thousand recordings, or any into S3, begins one.

            What another program has changed in a recording is not noticed: --check says so, and --anew looks at every recording.

            It can be written, or removed, at any time, also while the store is mounted or written to.

            The exit status is 1 if something in the store cannot be read, and that of --check, if the catalogue differs from the store.
            """,
        options: [
            CommandOption(
                "--check", effect: .flag { $0.action = .check },
                help: "compare the catalogue with every recording, and change nothing"),
            CommandOption(
                "--anew", effect: .flag { $0.action = .writeAnew },
                help: "look at every recording, rather than believe what the catalogue says of it"),
            CommandOption("--remove", effect: .flag { $0.action = .remove }, help: "remove the catalogue"),
            .catalogue(\.catalogue),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        guard address.group.isEmpty else {
            throw CommandError("\(operands[0]): the catalogue is that of a whole store")
        }
        let isWriting = configuration.action != .check
        streams.confine(
            toStores: [address], configuration.access, managing: isWriting && !address.isRemote ? [address.path] : [],
            catalogue: configuration.catalogue)
        let store = try StoreCatalogue.open(address, configuration.access)
        let log = Log(minimum: .warning) { streams.errors("zarrwlr catalogue: \($1)\n") }
        let file = configuration.catalogue.open(
            store: configuration.access.remote.identity(of: address), folder: streams.cacheFolder, log: log)
        func catalogue(usesStored: Bool) throws(CommandError) -> Catalogue {
            try StoreCatalogue.catalogue(
                of: store, address, cache: BlockCache(budget: cacheByteCount), file: file, usesStored: usesStored,
                log: log)
        }
        do {
            switch configuration.action {
            case .write, .writeAnew:
                let writable = try StoreCatalogue.writable(store, address)
                let read = try catalogue(usesStored: configuration.action == .write)
                let count = try StoredCatalogueEditor(writable).replace(by: read)
                file?.save()
                streams.print("\(count.counted("recording")) in the catalogue\n")
                let problems = read.problems()
                for problem in problems {
                    streams.errors("zarrwlr catalogue: left out: \(problem.description.escapingControlCharacters)\n")
                }
                return problems.isEmpty ? .done : .faults
            case .remove:
                guard try StoredCatalogueEditor(StoreCatalogue.writable(store, address)).remove() else {
                    throw CommandError("\(address.path): there is no catalogue in it")
                }
                return .done
            case .check:
                guard try StoredCatalogueEditor.exists(in: store) else {
                    throw CommandError("\(address.path): there is no catalogue in it")
                }
                let check = try StoredCatalogueCheck(store, against: catalogue(usesStored: false))
                file?.save()
                return report(check, streams)
            }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(address.path, cause: error)
        }
    }

    private static let cacheByteCount = 64 << 20

    private static func report(_ check: StoredCatalogueCheck, _ streams: CommandStreams) -> CommandStatus {
        func say(_ line: String) { streams.print("\(line.escapingControlCharacters)\n") }
        for problem in check.problems { say("a part cannot be read: \(problem)") }
        for path in check.missing { say("/\(path): is not in the catalogue") }
        for path in check.stale { say("/\(path): the catalogue says something else of it") }
        for path in check.gone { say("/\(path): is only in the catalogue") }
        for problem in check.unread { say("\(problem)") }
        let count = check.missing.count + check.stale.count + check.gone.count
        let isRight = check.problems.isEmpty && count == 0
        let unread = check.unread.isEmpty ? "" : ", \(check.unread.count) cannot be read"
        let verdict =
            (isRight
                ? "the catalogue is right" : "\(count) not as in the catalogue; zarrwlr catalogue --anew mends it")
            + unread
        say("\(check.recordingCount.counted("recording")), \(verdict)")
        return isRight && check.unread.isEmpty ? .done : .faults
    }
}
