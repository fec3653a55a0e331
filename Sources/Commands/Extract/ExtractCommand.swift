import Glibc
import Recordings
import Support
import Synchronization
import VirtualFS
import WaveFile

/// `zarrwlr extract`: parts of a recording as WAV files.
enum ExtractCommand {
    struct Configuration: Sendable {
        var start: SamplePosition?
        var end: SamplePosition?
        /// A file with the parts to cut.
        var table: String?
        /// The file, `-` for standard output, or with a table the folder.
        var output: String?
        var encoding: SampleEncoding?
        var isPadded = false
        var isSource = false
    }

    static let subcommand = Subcommand(
        "extract", operands: "STORE[::GROUP] RECORDING", operandCount: 2...2,
        summary: "Write a part of a recording, or many, as WAV files.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav).

            TIME is seconds (12.5), [hours:]minutes:seconds (1:02:03.5) or samples (48000smp). The part begins with the sample
            nearest to --from and ends before the one nearest to --to. What lies outside the recording is an error.
            Without --from, --to, --pad and --format the file is the one that a mount shows: with a lossless codec and a store
            that has the source's header, the source itself, byte for byte.

            --source writes the file that was imported: a WAV file if its head and tail are kept, and a FLAC, MP3, Vorbis or ADTS
            file that is stored as it is. It is complete only if it has the SHA-256 of the source. What was encoded anew, or taken
            out of another container, is refused.

            TABLE is a Raven selection table, an Audacity label track or BirdNET's results as CSV. Each row becomes a file named
            for the recording, the row and its times; nothing is written unless all rows are valid.

            FORMAT is s16, s24 (integers) or f32 (floating point, full scale ±1). Samples are rounded to
            the nearest number, ties to even; integers are clipped; there is no dithering.
            """,
        options: [
            CommandOption(
                "--from",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.start = try position(text, "--from")
                },
                help: "where the part begins (the recording's start)"),
            CommandOption(
                "--to",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    configuration.end = try position(text, "--to")
                },
                help: "where it ends (the recording's end)"),
            CommandOption(
                "--table", effect: .value("TABLE") { $0.table = $1 },
                help: "cut every row of a selection table, in parallel; -o then names a folder"),
            CommandOption(
                "-o", "--output", effect: .value("FILE") { $0.output = $1 },
                help: "the file to write, or - for standard output; an old one is replaced when the new one is complete"
            ),
            CommandOption(
                "--format",
                effect: .value("FORMAT") { configuration, text throws(CommandError) in
                    configuration.encoding = try encoding(text)
                },
                help: "how samples are written (as the mount has them)"),
            CommandOption(
                "--pad", effect: .flag { $0.isPadded = true }, help: "fill what lies outside the recording with silence"
            ),
            CommandOption(
                "--source", effect: .flag { $0.isSource = true },
                help: "write the source file itself, proved by its SHA-256, or nothing"),
        ],
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard let output = configuration.output else { throw CommandError("say where to write: -o FILE") }
        let store = try OpenStore(StoreAddress(operands[0]))
        let recording = try store.recording(operands[1])
        if configuration.isSource {
            try extractSource(of: recording, in: store, to: output, configuration, streams)
            return .done
        }
        if let table = configuration.table {
            guard configuration.start == nil, configuration.end == nil else {
                throw CommandError("--table has times of its own: leave --from and --to out")
            }
            let file = store.file(of: recording).split(separator: "/").last.map(String.init) ?? ""
            return try cut(recording, called: file, table: table, into: output, configuration, streams)
        }
        let excerpt = try excerpt(of: recording, configuration)
        if output == "-" {
            try excerpt.write(to: { bytes throws(CommandError) in
                guard streams.output(bytes) else { throw CommandError("cannot write to standard output") }
            })
        } else {
            try OutputFile.write(output) { write throws(CommandError) in try excerpt.write(to: write) }
        }
        return .done
    }

    private static func extractSource(
        of recording: Recording, in store: OpenStore, to output: String, _ configuration: Configuration,
        _ streams: CommandStreams
    ) throws(CommandError) {
        guard
            configuration.table == nil, configuration.start == nil, configuration.end == nil,
            configuration.encoding == nil, !configuration.isPadded
        else { throw CommandError("--source writes a whole file as it was: leave all other options but -o out") }
        let source = try ExtractedSource(of: recording, in: store)
        guard output == "-" else {
            return try OutputFile.write(output) { write throws(CommandError) in try source.write(to: write) }
        }
        // What is written to a pipe cannot be taken back.
        try source.prove()
        try source.write { bytes throws(CommandError) in
            guard streams.output(bytes) else { throw CommandError("cannot write to standard output") }
        }
    }

    private static func excerpt(
        of recording: Recording, _ configuration: Configuration
    ) throws(CommandError) -> Excerpt {
        let isWhole =
            configuration.start == nil && configuration.end == nil && configuration.encoding == nil
            && !configuration.isPadded
        return try isWhole
            ? Excerpt(whole: recording)
            : Excerpt(
                of: recording, from: configuration.start, to: configuration.end, isPadded: configuration.isPadded,
                encoding: configuration.encoding)
    }

    // MARK: - Tables

    /// Cuts the parts of `recording`, whose WAV file in a mount is called `name`, that the table at `path` names.
    private static func cut(
        _ recording: Recording, called name: String, table path: String, into folder: String,
        _ configuration: Configuration, _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard folder != "-" else { throw CommandError("--table makes many files: let -o name a folder") }
        let table = try SelectionTable(TextFile.read(path), names: [name, recording.sourceName])
        guard !table.rows.isEmpty else {
            let others = table.otherRowCount > 0 ? ": all \(table.otherRowCount) are about other recordings" : ""
            throw CommandError("\(path) has no row for \(name)\(others)")
        }
        var files: [(excerpt: Excerpt, path: String)] = []
        for row in table.rows {
            do throws(CommandError) {
                let excerpt = try Excerpt(
                    of: recording, from: row.start, to: row.end, isPadded: configuration.isPadded,
                    encoding: configuration.encoding)
                files.append((excerpt, "\(folder)/\(fileName(of: excerpt, row, of: table, name))"))
            } catch {
                throw CommandError("row \(row.number) of \(path)", cause: error)
            }
        }
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw CommandError("cannot make the folder", cause: SystemError("mkdir", folder))
        }
        let failures = Mutex(0)
        let settled = files
        Parallel.forEach(count: settled.count) { index in
            let (excerpt, path) = settled[index]
            do throws(CommandError) {
                try OutputFile.write(path) { write throws(CommandError) in try excerpt.write(to: write) }
            } catch {
                failures.withLock { $0 += 1 }
                streams.errors("zarrwlr extract: \(path): \(error.description.escapingControlCharacters)\n")
            }
        }
        let failed = failures.withLock { $0 }
        let others = table.otherRowCount > 0 ? ", \(table.otherRowCount) rows are about other recordings" : ""
        streams.errors("zarrwlr extract: \(settled.count - failed) files written to \(folder)\(others)\n")
        return failed == 0 ? .done : .faults
    }

    /// The recording's name, the row's number and the times in seconds: `pond_007_12.500-15.500.wav`.
    private static func fileName(
        of excerpt: Excerpt, _ row: SelectionTable.Row, of table: SelectionTable, _ name: String
    ) -> String {
        var stem = name.lowercased().hasSuffix(".wav") ? String(name.dropLast(4)) : name
        // A file name has at most 255 bytes; numbers and times take fewer than 80.
        while stem.utf8.count > 175 { stem.removeLast() }
        let width = String(table.rows.count).count
        func time(_ sample: Int64) -> String {
            let rate = excerpt.recording.format.sampleRate
            return (sample < 0 ? "-" : "") + SampleDuration(samples: sample.magnitude, rate: rate).seconds.dropLast(3)
        }
        return
            "\(stem)_\(row.number.padded(to: width))_\(time(excerpt.samples.lowerBound))-\(time(excerpt.samples.upperBound)).wav"
    }

    // MARK: - Values

    private static func position(_ text: String, _ option: String) throws(CommandError) -> SamplePosition {
        guard let position = SamplePosition(text) else {
            let isAmbiguous = text.hasSuffix("s")
            throw CommandError(
                "option '\(option)': '\(text)' is no time: "
                    + (isAmbiguous
                        ? "write 48000smp for samples, 12.5 for seconds"
                        : "it is seconds (12.5), [hours:]minutes:seconds (1:02:03.5) or samples (48000smp)"))
        }
        return position
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
