import Recordings
import Support
import WaveFile

/// `zarrwlr list`: lists the recordings of a store.
enum ListCommand {
    struct Configuration: Sendable {
        var format = Format.table
        var catalogue = CatalogueLocation.standard
        var access = StoreAccess()
    }

    enum Format: Sendable {
        case table, csv, json
    }

    static let subcommand = Subcommand(
        "list", operands: "STORE[::GROUP]", operandCount: 1...1, summary: "List the recordings of a store.",
        notes: """
            Recordings that cannot be served are named on standard error, and the exit status is then 1.
            """,
        options: [
            CommandOption("--csv", effect: .flag { $0.format = .csv }, help: "print comma-separated values (a table)"),
            CommandOption("--json", effect: .flag { $0.format = .json }, help: "print JSON (a table)"),
            .catalogue(\.catalogue),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        streams.confine(toStores: [address], configuration.access, catalogue: configuration.catalogue)
        let store = try OpenStore(
            address, catalogue: configuration.catalogue, configuration.access, streams,
            as: "list")
        let contents = store.learn()
        let recordings = RecordingRow.all(contents.entries, in: store)
        switch configuration.format {
        case .table: streams.print(table(of: recordings))
        case .csv: streams.print(csv(of: recordings))
        case .json:
            streams.print(
                try JSONText.document(
                    Listing(
                        recordings: recordings.map { RecordingObject($0, for: .listJSON) },
                        problems: contents.problems.map(Problem.init), totals: Totals(recordings)))
            )
        }
        contents.printProblems(streams, as: "list")
        return contents.problems.isEmpty ? .done : .faults
    }

    // MARK: - Forms

    private static func table(of recordings: [RecordingRow]) -> String {
        let columns = RecordingOutput.listTable.columns
        var table = TextTable(columns.map { ($0.name, $0.alignment) })
        for row in recordings { table.append(columns.map { $0.cell(of: row).escapingControlCharacters }) }
        let totals = Totals(recordings)
        let ratio = ByteCountText.ratio(totals.waveByteCount, to: totals.storedByteCount)
        let length = SampleDuration(samples: UInt64(exactly: totals.seconds.rounded()) ?? .max, rate: 1).clock
            .prefix { $0 != "." }
        return table.text
            + "\(totals.recordings.counted("recording")), \(length), \(ByteCountText.short(totals.storedByteCount)) in the store, "
            + "\(ByteCountText.short(totals.waveByteCount)) as WAV\(ratio.isEmpty ? "" : ", ratio \(ratio)")\n"
    }

    private static func csv(of recordings: [RecordingRow]) -> String {
        let output = RecordingOutput.listCSV
        return recordings.reduce(into: output.csvHeader) { $0 += output.csvLine(of: $1) }
    }

    private struct Listing: Encodable {
        let recordings: [RecordingObject]
        let problems: [Problem]
        let totals: Totals
    }

    private struct Problem: Encodable {
        let path: String
        let problem: String

        init(_ error: RecordingError) {
            path = error.recording
            problem = error.cause.map { "\(error.problem): \($0)" } ?? error.problem
        }
    }

    private struct Totals: Encodable {
        let recordings: Int
        let seconds: Double
        let storedByteCount: UInt64
        let waveByteCount: UInt64

        init(_ recordings: [RecordingRow]) {
            self.recordings = recordings.count
            seconds = recordings.reduce(0) { $0 + Double($1.facts.sampleCount) / Double($1.facts.format.sampleRate) }
            storedByteCount = recordings.reduce(0) { $0.adding($1.storedByteCount ?? 0) ?? .max }
            waveByteCount = recordings.reduce(0) { $0.adding($1.waveByteCount) ?? .max }
        }

        private enum CodingKeys: String, CodingKey {
            case recordings, seconds
            case storedByteCount = "stored_bytes"
            case waveByteCount = "wav_bytes"
        }
    }
}
