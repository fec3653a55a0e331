import Recordings
import Support
import VirtualFS
import WaveFile
import Zarr

/// `zarrwlr extract`: recordings, parts of them, and source files as files.
enum ExtractCommand {
    struct Configuration: Sendable {
        var start: SamplePosition?
        var end: SamplePosition?
        /// A file with the parts to cut.
        var table: String?
        /// The file, `-` for standard output, or the folder for several files.
        var output: String?
        /// How a table's rows become clips; the encoding and the padding hold for a single part as well.
        var clips = ClipOptions()
        var isSource = false
        var extractsSidecars = false
        /// What of their metadata WAV files have; nil if the user has not said it.
        var metadata: MetadataSelection?
        var catalogue = CatalogueLocation.standard
        var access = StoreAccess()
        /// How a whole store or group is extracted; nil for what the user has not said.
        var jobs: Int?
        var verifies = false
        var isQuiet = false
        var isJSON = false
    }

    static let subcommand = Subcommand(
        "extract", operands: "STORE[::GROUP] [RECORDING]", operandCount: 1...2,
        summary: "Write recordings, or parts of them, as WAV files.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav).

            Without RECORDING and --table, the whole store or group is written to the folder -o: the directories and files that a
            mount shows, with the same names, bytes and times. With --source these are the files that were imported, with --source
            and --sidecars also what was kept beside them. A file that is there already is not written again: if its size and time
            are right, some of its bytes are compared, else all, and so they are with --verify or --source. Something else of its
            name stays as it is. What cannot be read or written is named, the rest is written, and the exit status is 1.

            TIME is seconds (12.5), [hours:]minutes:seconds (1:02:03.5) or samples (48000smp). The part begins with the sample
            nearest to --from and ends before the one nearest to --to. What lies outside the recording is an error.
            Without --from, --to, --pad and --format the file is the one that a mount shows: with a lossless codec and a store
            that has the source's header, the source itself, byte for byte.

            --source writes the file that was imported: a WAV file if its head and tail are kept, and a FLAC, MP3, Vorbis or ADTS
            file that is stored as it is. It is complete only if it has the SHA-256 of the source. What was encoded anew, or taken
            out of another container, is refused.

            TABLE is what Raven, BirdNET, Kaleidoscope, opensoundscape, PAMGuard, Praat, ELAN, Sonic Visualiser or Audacity write.
            Each row becomes a file; nothing is written unless all rows are valid. Without RECORDING, each row is cut from the
            recording that it names. A clip that is there already is not written again, and no other file is replaced.

            NAME has fields in braces: {recording}, {folder}, {number}, {row}, {start}, {end}, {species} (whatever the table calls
            it) and each column of the table, as {common_name}. Without --name it is {recording}_{row}_{start}-{end}.

            With --sidecars alone, the files that import --sidecars has kept with the groups are written to the folder -o,
            byte for byte, those of a group below into the folder of its name. What is there already is left as it is.

            FORMAT is s16, s24 (integers) or f32 (floating point, full scale ±1). Samples are rounded to
            the nearest number, ties to even; integers are clipped; there is no dithering.
            """,
        options: [
            CommandOption(
                "--from",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.start = try SamplePosition(text, option: "--from")
                },
                help: "where the part begins (the recording's start)"),
            CommandOption(
                "--to",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.end = try SamplePosition(text, option: "--to")
                },
                help: "where it ends (the recording's end)"),
            CommandOption(
                "--table", effect: .value("TABLE") { $0.table = $1 },
                help: "cut every row of a selection table, in parallel; -o then names a folder"),
            CommandOption(
                "--context",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.clips.context = try duration(text, "--context")
                },
                help: "with --table: how much more to cut before and after each row's part (0)"),
            CommandOption(
                "--length",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.clips.length = try duration(text, "--length")
                },
                help: "with --table: how long all clips are (as the rows say)"),
            CommandOption(
                "--centre", "--center", effect: .flag { $0.clips.isCentred = true },
                help: "with --length: around the middle of each row's part, not from its start"),
            CommandOption(
                "--name",
                effect: .value("NAME") { configuration, text throws(CommandError) in
                    configuration.clips.name = try ClipName(text)
                },
                help: "with --table: the clips' names below the folder, such as '{species}/{recording}_{start}'"),
            CommandOption(
                "--sidecars", effect: .flag { $0.extractsSidecars = true },
                help: "write the files that were kept beside the sound; -o then names a folder"),
            CommandOption(
                "-o", "--output", effect: .value("FILE") { $0.output = $1 },
                help: "the file (an old one is replaced when the new one is complete), folder, or - for standard output"
            ),
            CommandOption(
                "--format",
                effect: .value("FORMAT") { configuration, text throws(CommandError) in
                    configuration.clips.encoding = try encoding(text)
                },
                help: "how samples are written (as the mount has them)", words: ["s16", "s24", "f32"]),
            CommandOption(
                "--metadata",
                effect: .value("LIST") { configuration, text throws(CommandError) in
                    configuration.metadata = try MetadataSelection(option: "--metadata", text)
                },
                help:
                    "metadata in WAV files: all, none, or some of \(MetadataSelection.kindNames.joined(separator: ":")); :nolocation, no places (all)",
                words: ["all", "none", "nolocation"]),
            CommandOption(
                "--pad", effect: .flag { $0.clips.isPadded = true },
                help: "fill what lies outside the recording with silence"
            ),
            CommandOption(
                "--source", effect: .flag { $0.isSource = true },
                help: "write the source file itself, proved by its SHA-256, or nothing"),
            CommandOption(
                "--verify", effect: .flag { $0.verifies = true },
                help: "of a store or group: compare all bytes of files that are there already"),
            CommandOption(
                "--jobs", "-j",
                effect: .value("N") { configuration, text throws(CommandError) in
                    configuration.jobs = try CommandOption<Configuration>.jobs(text)
                },
                help: "of a store or group: files written at a time (the processors; 8 over a network)"),
            CommandOption(
                "--quiet", "-q", effect: .flag { $0.isQuiet = true },
                help: "of a store or group: print failures only"),
            CommandOption(
                "--json", effect: .flag { $0.isJSON = true },
                help: "of a store or group: print a line of JSON for each file"),
            .catalogue(\.catalogue),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard let output = configuration.output else { throw CommandError("say where to write: -o FILE") }
        guard !configuration.extractsSidecars || operands.count == 1 else {
            throw CommandError("--sidecars takes a store or a group, no recording")
        }
        guard !configuration.isSource || configuration.metadata == nil else {
            throw CommandError("--source writes files as they were: leave --metadata out")
        }
        try StoreAddress(operands[0]).checkIsNotWritten(to: output)
        confine(configuration, StoreAddress(operands[0]), to: output, isOneFile: operands.count == 2, streams)
        if operands.count == 1, configuration.table == nil {
            return try extractGroup(StoreAddress(operands[0]), to: output, configuration, streams)
        }
        guard !configuration.isAboutGroup else {
            throw CommandError("--verify, --jobs, --quiet and --json are for a whole store or group")
        }
        let store = try OpenStore(
            StoreAddress(operands[0]), catalogue: configuration.catalogue, configuration.access,
            metadata: configuration.metadata ?? .all, streams, as: "extract")
        let name = operands.dropFirst().first
        let recording: Recording? = if let name { try store.recording(name) } else { nil }
        if let recording, configuration.isSource {
            try extractSource(of: recording, in: store, to: output, configuration, streams)
            return .done
        }
        if let table = configuration.table {
            guard configuration.start == nil, configuration.end == nil else {
                throw CommandError("--table has times of its own: leave --from and --to out")
            }
            let extraction = ClipExtraction(
                store: store, table: table, folder: output, options: configuration.clips, streams: streams)
            return try extraction.run(recording.map { NamedRecording($0, file: store.file(of: $0)) })
        }
        guard !configuration.clips.needTable else {
            throw CommandError("--context, --length, --centre and --name are for a --table")
        }
        guard let recording else { throw CommandError("name a recording") }
        if !configuration.isAboutSamples { try store.checkPlausible(recording) }
        let excerpt = try excerpt(of: recording, configuration)
        if output == "-" {
            try excerpt.write(to: { bytes throws(CommandError) in
                try streams.output(bytes)
            })
        } else {
            try OutputFile.write(output) { write throws(CommandError) in try excerpt.write(to: write) }
            OutputFile.sync(folder: FilePath.folder(of: output))
        }
        return .done
    }

    /// Confines the process to reading the store and the table, and to writing below the folder of `output`, or the one in which that is to
    /// be made.
    private static func confine(
        _ configuration: Configuration, _ address: StoreAddress, to output: String, isOneFile: Bool,
        _ streams: CommandStreams
    ) {
        var folder = FilePath.absolute(output)
        if isOneFile, configuration.table == nil { folder = FilePath.folderOfWriting(output) }
        while folder != "/", FilePath.resolved(folder) == nil { folder = FilePath.folder(of: folder) }
        streams.confine(
            toStores: [address], configuration.access, reading: configuration.table.map { [$0] } ?? [],
            managing: output == "-" ? [] : [folder], catalogue: configuration.catalogue)
    }

    /// Writes the files of all recordings of `address`, their sources, or what was kept beside them.
    private static func extractGroup(
        _ address: StoreAddress, to folder: String, _ configuration: Configuration, _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard !configuration.isAboutSamples else {
            throw CommandError(
                "a store or a group is extracted as a mount shows it: --from, --to, --format, --pad and a table's options "
                    + "are for a recording or a --table")
        }
        guard folder != "-" else { throw CommandError("a store or a group has many files: let -o name a folder") }
        let report = ExtractReport(
            folder: folder, isJSON: configuration.isJSON, isQuiet: configuration.isQuiet, streams)
        let store = try OpenStore(
            address, catalogue: configuration.catalogue, configuration.access,
            metadata: configuration.metadata ?? .all, streams, as: "extract")
        let extractsRecordings = configuration.isSource || !configuration.extractsSidecars
        let extraction = TreeExtraction(
            store: store, folder: folder, kind: configuration.isSource ? .source : .wave,
            jobs: configuration.jobs ?? store.store.readingThreads, verifies: configuration.verifies, report: report)
        let contents = extractsRecordings ? extraction.contents() : nil
        return try watchingInterruptions { () throws(CommandError) in
            if let contents { try extraction.write(contents) }
            if configuration.extractsSidecars {
                let listed = store.store.listsFolders ? nil : CataloguedStore(store.store, log: .silent)
                try SidecarExtraction(store: listed ?? store.store, folder: folder, report: report).run(address.group)
                if listed?.mayHaveMore == true {
                    streams.errors(
                        "zarrwlr extract: sidecars in groups that the store's catalogue does not name are not seen, since a web "
                            + "server cannot be asked what is in a folder\n")
                }
                guard configuration.isSource || !report.isEmpty else {
                    throw CommandError("no sidecars are kept there; import --sidecars keeps them")
                }
            }
            return report.finish()
        }
    }

    /// Calls `body`, which Ctrl-C ends, even if it comes in the middle of what takes long.
    private static func watchingInterruptions<T>(_ body: () throws(CommandError) -> T) throws(CommandError) -> T {
        try Interruption.watch { () throws(CommandError) in try Interruption.cancellation.run(body) }
    }

    private static func extractSource(
        of recording: Recording, in store: OpenStore, to output: String, _ configuration: Configuration,
        _ streams: CommandStreams
    ) throws(CommandError) {
        guard configuration.table == nil, !configuration.isAboutSamples else {
            throw CommandError("--source writes a whole file as it was: leave all other options but -o out")
        }
        let source = try ExtractedSource(of: recording, in: store)
        guard output == "-" else {
            try OutputFile.write(output) { write throws(CommandError) in try source.write(to: write) }
            return OutputFile.sync(folder: FilePath.folder(of: output))
        }
        // What is written to a pipe cannot be taken back.
        try source.prove()
        try source.write { bytes throws(CommandError) in
            try streams.output(bytes)
        }
    }

    private static func excerpt(
        of recording: Recording, _ configuration: Configuration
    ) throws(CommandError) -> Excerpt {
        guard configuration.isAboutSamples else { return try Excerpt(whole: recording) }
        let excerpt = try Excerpt(
            of: recording, from: configuration.start, to: configuration.end, isPadded: configuration.clips.isPadded,
            encoding: configuration.clips.encoding)
        guard !excerpt.samples.isEmpty || configuration.start == nil && configuration.end == nil else {
            throw CommandError("there are no samples between --from and --to")
        }
        return excerpt
    }

    // MARK: - Values

    private static func duration(_ text: String, _ option: String) throws(CommandError) -> SamplePosition {
        let duration = try SamplePosition(text, option: option)
        guard let samples = duration.sample(rate: 1), samples >= 0, !text.hasPrefix("-") else {
            throw CommandError("option '\(option)': '\(text)' is no duration")
        }
        return duration
    }

    private static func encoding(_ text: String) throws(CommandError) -> SampleEncoding {
        switch text {
        case "s16": return .integer16
        case "s24": return .integer24
        case "f32": return .float32
        default: throw CommandError("option '--format': '\(text)' is none of s16, s24, f32")
        }
    }
}

extension ExtractCommand.Configuration {
    /// Whether it says something that holds for a whole store or group only.
    fileprivate var isAboutGroup: Bool { jobs != nil || verifies || isQuiet || isJSON }

    /// Whether it says which samples are written, or how.
    fileprivate var isAboutSamples: Bool {
        start != nil || end != nil || clips.encoding != nil || clips.isPadded || clips.needTable
    }
}
