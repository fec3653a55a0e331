import Recordings
import Support
import Synchronization
import Zarr

/// `zarrwlr check`: checks a store, and repairs it.
enum CheckCommand {
    struct Configuration: Sendable {
        var options = StoreCheck.Options()
        var isJSON = false
        var access = StoreAccess()
        /// A copy of the store to mend it from.
        var copy: StoreAddress?
        /// How long the check may take; nil if all is checked.
        var duration: Duration?
    }

    static let subcommand = Subcommand(
        "check", operands: "STORE[::GROUP]", operandCount: 1...1,
        summary: "Check all that a store holds, and repair it.",
        notes: """
            Every document, every checksum, and every row of every index is compared with the coded streams. --deep also decodes all
            recordings and compares FLAC with its MD5, sources with their SHA-256, and Opus restarts with a decode from the start.

            Each finding is printed with its recording and, if it concerns only a part of that, with the samples. --repair replaces
            wrong and missing indexes, and checksums that are missing or unreadable, each as a whole or not at all; audio is not
            touched. --from mends damaged audio, too, and everything else that an import wrote: from both stores the parts are taken
            whose checksums are right, and written if the SHA-256 of the source, or the checksums, prove them. What is not proved is
            named and left.

            The exit status is 0 if no fault is left, 1 if there is one, and 2 if something could not be checked.
            """,
        options: [
            CommandOption("--deep", effect: .flag { $0.options.isDeep = true }, help: "also decode everything"),
            CommandOption(
                "--repair", effect: .flag { $0.options.isRepairing = true },
                help: "replace wrong and missing indexes and checksums, remove leftovers of interrupted imports"),
            CommandOption(
                "--from",
                effect: .value("ADDRESS") { configuration, text throws(CommandError) in
                    let address = StoreAddress(text)
                    guard address.group.isEmpty else {
                        throw CommandError("option '--from': names a store; its groups are those of STORE")
                    }
                    configuration.copy = address
                },
                help: "with --repair: mend what is damaged from this copy of the store"),
            CommandOption(
                "--for",
                effect: .value("TIME") { configuration, text throws(CommandError) in
                    guard let duration = Duration(option: text) else {
                        throw CommandError("option '--for': '\(text)' is no time such as 90s, 30m or 2h")
                    }
                    configuration.duration = duration
                },
                help: "check for so long (90s, 30m, 2h), and go on there the next time"),
            CommandOption(
                "--jobs",
                effect: .value("N") { configuration, text throws(CommandError) in
                    configuration.options.threads = try CommandOption<Configuration>.jobs(text)
                },
                help: "recordings checked at a time (the processors; 8 over a network)"),
            CommandOption("--json", effect: .flag { $0.isJSON = true }, help: "print JSON (lines of text)"),
        ] + .access(\.access),
        configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        guard configuration.copy == nil || configuration.options.isRepairing else {
            throw CommandError("option '--from' needs --repair")
        }
        let address = StoreAddress(operands[0])
        let bookmark = try bookmark(configuration, address, streams)
        var options = configuration.options
        let failure = Mutex<CommandError?>(nil)
        if let bookmark, let duration = configuration.duration {
            let end = ContinuousClock.now + duration
            options.part = CheckPart(after: bookmark.recording, isOver: { ContinuousClock.now >= end }) { recording in
                do throws(CommandError) {
                    try bookmark.put(recording)
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if options.isRepairing { try StoreCatalogue.checkIsWritable(address) }
        streams.confine(
            toStores: [address] + (configuration.copy.map { [$0] } ?? []), configuration.access,
            changing: bookmark.map { [$0.folder] } ?? [],
            managing: options.isRepairing && !address.isRemote ? [address.path] : [])
        let check: StoreCheck
        let store: any Store
        do {
            store = try StoreCatalogue.open(address, configuration.access)
            if options.isRepairing { _ = try StoreCatalogue.writable(store, address) }
            let copy = try configuration.copy.map { copy throws(CommandError) in
                try StoreCatalogue.open(copy, configuration.access)
            }
            check = try StoreCheck(
                store, root: address.group, copy: copy,
                options: options, cache: BlockCache(budget: 128 << 20))
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError("\(address.path): cannot be checked", cause: error)
        }
        let repaired = Mutex<Set<String>>([])
        let line = ProgressLine(streams)
        let findings = Mutex<[Finding]>([])
        let summary = check.run { progress in
            line.show(text(of: progress, after: line.elapsed))
        } report: { finding in
            if finding.repair == .done, !finding.recording.isEmpty {
                repaired.withLock { _ = $0.insert(finding.recording) }
            }
            if configuration.isJSON {
                findings.withLock { $0.append(finding) }
            } else {
                line.interrupt { streams.print(text(of: finding)) }
            }
        }
        line.interrupt {}
        if let store = store as? any WritableStore {
            CatalogueUpdate.record(changed: repaired.withLock { $0.sorted() }, in: store, streams, as: "check")
        }
        if configuration.isJSON {
            let report = ReportDocument(
                findings: findings.withLock { $0 }.map(ReportDocument.Item.init),
                summary: .init(summary, isPart: options.part != nil))
            streams.print(try JSONText.document(report))
        } else {
            streams.print(text(of: summary, isPart: options.part != nil))
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        if summary.faults > 0 { return .faults }
        return summary.unchecked > 0 ? .failed : .done
    }

    /// The place where the check begins and is to go on; nil if all is checked.
    private static func bookmark(
        _ configuration: Configuration, _ address: StoreAddress, _ streams: CommandStreams
    ) throws(CommandError) -> CheckBookmark? {
        guard configuration.duration != nil else { return nil }
        let bookmark = CheckBookmark(of: address, isDeep: configuration.options.isDeep, folder: streams.cacheFolder)
        guard let bookmark else {
            throw CommandError("option '--for' keeps its place in XDG_CACHE_HOME or HOME, and neither is set")
        }
        return bookmark
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

    private static func text(of summary: StoreCheck.Summary, isPart: Bool) -> String {
        var parts = [
            "\(summary.recordings.counted("recording")), \(ByteCountText.short(summary.byteCount)) checked"
        ]
        parts.append(summary.faults == 0 ? "no faults" : summary.faults.counted("fault"))
        if summary.unchecked > 0 { parts.append("\(summary.unchecked) could not be checked") }
        if summary.notes > 0 { parts.append(summary.notes.counted("note")) }
        if summary.repaired > 0 { parts.append("\(summary.repaired) repaired") }
        if summary.repairable > 0 { parts.append("\(summary.repairable) can be repaired") }
        if isPart {
            parts.append(
                summary.remaining == 0
                    ? "none left: the next check begins anew" : "\(summary.remaining) left for the next checks")
        }
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
            let absentChunks: UInt64?

            init(_ finding: Finding) {
                kind = finding.kind.rawValue
                path = finding.recording
                problem = finding.problem
                firstSample = finding.samples?.lowerBound
                endSample = finding.samples?.upperBound
                repair = finding.repair.rawValue
                absentChunks = finding.absentChunkCount
            }

            private enum CodingKeys: String, CodingKey {
                case kind, path, problem, repair
                case absentChunks = "absent_chunks"
                case firstSample = "first_sample"
                case endSample = "end_sample"
            }
        }

        struct Totals: Encodable {
            let recordings: Int
            let remaining: Int?
            let bytes: UInt64
            let faults: Int
            let unchecked: Int
            let notes: Int
            let absentChunks: UInt64
            let repaired: Int
            let repairable: Int

            init(_ summary: StoreCheck.Summary, isPart: Bool) {
                recordings = summary.recordings
                remaining = isPart ? summary.remaining : nil
                bytes = summary.byteCount
                faults = summary.faults
                unchecked = summary.unchecked
                notes = summary.notes
                absentChunks = summary.absentChunks
                repaired = summary.repaired
                repairable = summary.repairable
            }

            private enum CodingKeys: String, CodingKey {
                case recordings, remaining, bytes, faults, unchecked, notes, repaired, repairable
                case absentChunks = "absent_chunks"
            }
        }
    }
}
