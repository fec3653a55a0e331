import Recordings
import Spectrogram
import Support

/// `zarrwlr spectrogram`: a picture of a recording.
enum SpectrogramCommand {
    struct Configuration: Sendable {
        var start: SamplePosition?
        var end: SamplePosition?
        var maximumFrequency: Double?
        var width = SpectrogramOptions().width
        var height = SpectrogramOptions().height
        var palette = SpectrogramOptions().palette
        /// The file, or `-` for standard output.
        var output: String?
        var catalogue = CatalogueLocation.standard
        var access = StoreAccess()
    }

    static let subcommand = Subcommand(
        "spectrogram", operands: "STORE[::GROUP] RECORDING", operandCount: 2...2,
        summary: "Draw a spectrogram of a recording as a PNG file.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav).

            TIME is seconds (12.5), [hours:]minutes:seconds (1:02:03.5) or samples (48000smp). The part begins with the sample
            nearest to --from and ends before the one nearest to --to. What lies outside the recording is an error.

            Times are those of the recording's own clock, or if its start is not known, from its start. Levels are in decibels
            below a sine of full scale. Each channel has a panel of its own, up to four. Of a long recording, short stretches
            that are evenly spread are read, so that a day takes no longer than some minutes. What cannot be read is hatched,
            and the exit status is then 1.

            COLOURS is viridis, magma or grey.
            """,
        options: [
            CommandOption(
                "--from",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.start = try SamplePosition(text, option: "--from")
                },
                help: "where the picture begins (the recording's start)"),
            CommandOption(
                "--to",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.end = try SamplePosition(text, option: "--to")
                },
                help: "where it ends (the recording's end)"),
            CommandOption(
                "--max-hz",
                effect: .value("HZ") { configuration, text throws(CommandError) in
                    guard let frequency = Double(text), frequency.isFinite, frequency > 0 else {
                        throw CommandError("option '--max-hz': '\(text)' is not a number above zero")
                    }
                    configuration.maximumFrequency = frequency
                },
                help: "the highest frequency shown (half the sample rate, which is also the most)"),
            CommandOption(
                "--width",
                effect: .value("PIXELS") { configuration, text throws(CommandError) in
                    configuration.width = try pixels(text, "--width", SpectrogramOptions.widths)
                },
                help: "the width of the whole picture (\(SpectrogramOptions().width))"),
            CommandOption(
                "--height",
                effect: .value("PIXELS") { configuration, text throws(CommandError) in
                    configuration.height = try pixels(text, "--height", SpectrogramOptions.heights)
                },
                help: "its height (\(SpectrogramOptions().height))"),
            CommandOption(
                "--colours", "--colors",
                effect: .value("COLOURS") { configuration, text throws(CommandError) in
                    guard let palette = Palette(rawValue: text) else {
                        throw CommandError(
                            "option '--colours': '\(text)' is none of "
                                + Palette.allCases.map(\.rawValue).joined(separator: ", "))
                    }
                    configuration.palette = palette
                },
                help: "the colours of levels (\(SpectrogramOptions().palette.rawValue))",
                words: Palette.allCases.map(\.rawValue)),
            CommandOption(
                "-o", "--output", effect: .value("FILE") { $0.output = $1 },
                help: "the file (an old one is replaced when the new one is complete), or - for standard output"),
            .catalogue(\.catalogue),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard let output = configuration.output else { throw CommandError("say where to write: -o FILE") }
        let address = StoreAddress(operands[0])
        try address.checkIsNotWritten(to: output)
        streams.confine(
            toStores: [address], configuration.access,
            managing: output == "-" ? [] : [FilePath.folderOfWriting(output)], catalogue: configuration.catalogue)
        let store = try OpenStore(
            address, catalogue: configuration.catalogue, configuration.access, streams, as: "spectrogram")
        let recording = try store.recording(operands[1])
        let drawn = try draw(recording, configuration)
        if let problem = drawn.problems.first {
            let count = drawn.problems.count.counted("column")
            streams.errors(
                "zarrwlr spectrogram: \(count) of the picture could not be read: "
                    + "\(problem.description.escapingControlCharacters)\n")
        }
        try write(drawn.png, to: output, streams)
        return drawn.problems.isEmpty ? .done : .faults
    }

    private static func draw(
        _ recording: Recording, _ configuration: Configuration
    ) throws(CommandError) -> DrawnSpectrogram {
        let samples = try recording.samples(from: configuration.start, to: configuration.end)
        try recording.checkInside(samples)
        guard !samples.isEmpty || configuration.start == nil && configuration.end == nil else {
            throw CommandError("there are no samples between --from and --to")
        }
        let options = SpectrogramOptions(
            width: configuration.width, height: configuration.height,
            maximumFrequency: configuration.maximumFrequency, palette: configuration.palette)
        do {
            return try SpectrogramPicture(of: recording, samples: samples, options: options).draw()
        } catch {
            throw CommandError("the picture is not drawn", cause: error)
        }
    }

    private static func write(
        _ bytes: [UInt8], to output: String, _ streams: CommandStreams
    ) throws(CommandError) {
        let png = Block(bytes)
        guard output != "-" else {
            try streams.output(png.bytes)
            return
        }
        try OutputFile.write(output) { write throws(CommandError) in try write(png.bytes) }
        OutputFile.sync(folder: FilePath.folder(of: output))
    }

    private static func pixels(
        _ text: String, _ option: String, _ range: ClosedRange<Int>
    ) throws(CommandError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw CommandError(
                "option '\(option)': '\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
