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
    }

    /// The budget of the cache for what is read back.
    private static let cacheByteCount = 32 << 20

    static let subcommand = Subcommand(
        "import", operands: "STORE[::GROUP] SOURCE...", operandCount: 2...Int.max,
        summary: "Import files into a store, and verify each of them.",
        notes: """
            STORE is created if it does not exist, and so is GROUP. SOURCE is a file of any kind that contains sound, or a folder:
            then all files in it and in the folders below it are taken whose names have the usual extensions of sound and video.

            With flac and pcm no sound is lost: a mount shows a WAV file of plain samples, however odd, byte for byte, and extract
            --source gives back a FLAC, MP3 or Vorbis file; both are verified before the import is complete. Of all others (coded
            samples such as µ-law and ADPCM, RIFX, an ID3 tag before RIFF, other containers) samples and metadata are kept, and
            the line says "not byte for byte". Samples that FLAC cannot hold (floating point, more than 24 bits or 8 channels)
            are kept as pcm. With aac and opus, sources with a sample rate that these cannot hold are refused, unless --ultrasonic
            says what to do. Without --bitrate, they have, in bits a second:

            \(CodecWords.bitRates)

            Sources that are \(CodecWords.copiedKinds) already are stored as they are.

            Sources that are damaged or cut short are imported as far as they can be decoded: silence stands for what is
            missing, and a note says how much. With --strict they are refused.

            A recording's start is taken from GUANO, bext, AudioMoth's comment, wamd, iXML, a tag RecordingStart or DATE, the
            file's name, ICRD or creation_time, in this order, else from --start. An offset that it has itself wins over
            --timezone. A time that a clock shows which was never set is no start, but a note.

            A source whose SHA-256 the group already has is skipped. A source that cannot be imported is named on standard error,
            the import continues with the others, and the exit status is 1.
            """,
        options: ImportOption.all, configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        let sources = try ImportSources(operands.dropFirst(), keepsTree: configuration.keepsTree)
        guard !sources.files.isEmpty else {
            throw CommandError("no file is named as sound or video usually is; name files themselves to import them")
        }
        try check(configuration.options.starts, sources)
        let report = ImportReport(sources, streams, isJSON: configuration.isJSON)
        var options = configuration.options
        options.threads = max(configuration.jobs / sources.files.count, 1)
        let importer = Importer(options, cache: BlockCache(budget: cacheByteCount))
        if configuration.isDryRun {
            for source in sources.files {
                report.report(source, Result { () throws(ImportError) in try importer.plan(for: source.path) })
            }
        } else {
            let store = try open(address, report)
            let groups = ImportGroups(store: store, base: address.group)
            Parallel.forEach(count: sources.files.count, threads: configuration.jobs) { index in
                let source = sources.files[index]
                report.report(
                    source,
                    Result { () throws(ImportError) in
                        try importer.importSource(at: source.path, into: groups.group(below: source.subgroup)) {
                            report.advance(source, by: $0)
                        }
                    })
            }
        }
        return report.finish()
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

    /// Opens the store, or creates it, and removes what interrupted imports have left.
    private static func open(
        _ address: StoreAddress, _ report: ImportReport
    ) throws(CommandError) -> any WritableStore {
        do {
            let store = try StoreCatalogue.create(path: address.path)
            let leftovers = try store.removeLeftovers()
            if !leftovers.isEmpty { report.reportLeftovers(leftovers.count) }
            return store
        } catch {
            throw CommandError("\(address.path) cannot be opened as a store", cause: error)
        }
    }
}
