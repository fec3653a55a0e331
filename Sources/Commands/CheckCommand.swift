import Recordings
import Support
import Synchronization
import Zarr

/// `zarrwlr check`: checks a store, and repairs it.
enum CheckCommand {
    struct Configuration: Sendable {
        var options = StoreCheck.Options()
        var isJSON = false
        var links = FollowedLinks()
    }

    static let subcommand = Subcommand(
        "check", operands: "STORE[::GROUP]", operandCount: 1...1,
        summary: "Check all that a store holds, and repair it.",
        notes: """
            Every document, every checksum, and every row of every index is compared with the coded streams. --deep also decodes all
            recordings and compares FLAC with its MD5, sources with their SHA-256, and Opus restarts with a decode from the start.

            Each finding is printed with its recording and, if it concerns only a part of that, with the samples. --repair replaces
            wrong and missing indexes, and checksums that are missing or unreadable, each as a whole or not at all; audio is never
            touched. The exit status is 0 if no fault is left, 1 if there is one, and 2 if something could not be checked.
            """,
        options: [
            CommandOption("--deep", effect: .flag { $0.options.isDeep = true }, help: "also decode everything"),
            CommandOption(
                "--repair", effect: .flag { $0.options.isRepairing = true },
                help: "replace wrong and missing indexes and checksums, remove leftovers of interrupted imports"),
            CommandOption(
                "--jobs",
                effect: .value("N") { configuration, text throws(CommandError) in
                    configuration.options.threads = try CommandOption<Configuration>.jobs(text)
                },
                help: "recordings checked at a time (the processors)"),
            CommandOption("--json", effect: .flag { $0.isJSON = true }, help: "print JSON (lines of text)"),
            .followLinks(\.links),
        ],
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let address = StoreAddress(operands[0])
        let check: StoreCheck
        do {
            check = try StoreCheck(
                StoreCatalogue.open(path: address.path, links: configuration.links), root: address.group,
                options: configuration.options, cache: BlockCache(budget: 128 << 20))
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("\(address.path): cannot be checked", cause: error)
        }
        let line = ProgressLine(streams)
        let findings = Mutex<[Finding]>([])
        let summary = check.run { progress in
            line.show(text(of: progress, after: line.elapsed))
        } report: { finding in
            if configuration.isJSON {
                findings.withLock { $0.append(finding) }
            } else {
                line.interrupt { streams.print(text(of: finding)) }
            }
        }
        line.interrupt {}
        if configuration.isJSON {
            let report = ReportDocument(
                findings: findings.withLock { $0 }.map(ReportDocument.Item.init), summary: .init(summary))
            streams.print(try JSONText.document(report))
        } else {
            streams.print(text(of: summary))
        }
        if summary.faults > 0 { return .faults }
        return summary.unchecked > 0 ? .failed : .done
    }

    // MARK: - Text

    private static func text(of finding: Finding) -> String {
        let kind = finding.repair == .done ? "repaired" : finding.kind.rawValue
        let advice = finding.repair == .possible ? " (--repair puts it right)" : ""
        return "\(kind): \(finding.description.escapingControlCharacters)\(advice)\n"
    }

    private static func text(of progress: StoreCheck.Progress, after seconds: Double) -> String {
        let pace = Pace(byteCount: progress.byteCount, totalByteCount: progress.totalByteCount, seconds: seconds)
        return "\(progress.recordings) of \(progress.recordingCount.counted("recording")), \(pace.text)"
    }

    private static func text(of summary: StoreCheck.Summary) -> String {
        var parts = [
            "\(summary.recordings.counted("recording")), \(ByteCountText.short(summary.byteCount)) checked"
        ]
        parts.append(summary.faults == 0 ? "no faults" : summary.faults.counted("fault"))
        if summary.unchecked > 0 { parts.append("\(summary.unchecked) could not be checked") }
        if summary.notes > 0 { parts.append(summary.notes.counted("note")) }
        if summary.repaired > 0 { parts.append("\(summary.repaired) repaired") }
        if summary.repairable > 0 { parts.append("\(summary.repairable) can be repaired") }
        return parts.joined(separator: ", ") + "\n"
    }

    // MARK: - JSON

    private struct ReportDocument: Encodable {
        let findings: [Item]
        let summary: Totals

        struct Item: Encodable {
            let kind: String
            let path: String
            let problem: String
            let firstSample: UInt64?
            let endSample: UInt64?
            let repair: String

            init(_ finding: Finding) {
                kind = finding.kind.rawValue
                path = finding.recording
                problem = finding.problem
                firstSample = finding.samples?.lowerBound
                endSample = finding.samples?.upperBound
                repair = finding.repair.rawValue
            }

            private enum CodingKeys: String, CodingKey {
                case kind, path, problem, repair
                case firstSample = "first_sample"
                case endSample = "end_sample"
            }
        }

        struct Totals: Encodable {
            let recordings: Int
            let bytes: UInt64
            let faults: Int
            let unchecked: Int
            let notes: Int
            let repaired: Int
            let repairable: Int

            init(_ summary: StoreCheck.Summary) {
                recordings = summary.recordings
                bytes = summary.byteCount
                faults = summary.faults
                unchecked = summary.unchecked
                notes = summary.notes
                repaired = summary.repaired
                repairable = summary.repairable
            }
        }
    }
}
