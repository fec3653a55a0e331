import Glibc
import Recordings
import Support
import Synchronization
import Zarr

/// Cuts the parts that a table names, each to a file of its own.
struct ClipExtraction {
    /// A clip, and where it is to be written, without the ending.
    private struct Plan: Sendable {
        let clip: Clip
        let path: String
    }

    /// What came of the clips.
    private struct Outcome {
        var written = 0
        var present = 0
        var failed = 0
        /// Rows that no sound belongs to.
        var skipped = 0
    }

    let store: OpenStore
    /// The table's path.
    let table: String
    /// The folder for the clips.
    let folder: String
    let options: ClipOptions
    let streams: CommandStreams

    /// Cuts the rows about `recording`, or if that is nil, those about any recording of the store. Nothing is written unless all rows
    /// are valid.
    func run(_ recording: NamedRecording?) throws(CommandError) -> CommandStatus {
        guard folder != "-" else { throw CommandError("--table makes many files: let -o name a folder") }
        try options.check()
        let index = StoreIndex(store)
        let read = try AnnotationFormats.annotations(in: TextFile.read(table))
        let annotations = try FileList(read, named: recording, index: index).placed(read, table: table)
        let matching = try RowMatching(annotations, table: table, named: recording, index: index)
        if matching.rows.isEmpty, !annotations.isEmpty {
            if recording == nil { index.printProblems(streams) }
            throw CommandError(noRows(matching, recording))
        }
        var plans = try plans(matching.rows, RecordingSequence(index: index))
        try OutputFile.makeFolder(folder)
        for plan in plans {
            let clip = plan.clip
            for note in clip.emptiness.map({ ["skipped: \($0)"] }) ?? clip.notes {
                say("row \(clip.row.number) of \(table): \(note)")
            }
        }
        let rowCount = plans.count
        plans.removeAll { $0.clip.emptiness != nil }
        var outcome = write(plans)
        outcome.skipped = rowCount - plans.count
        let isPartial = recording == nil && matching.otherCount > 0
        if isPartial { index.printProblems(streams) }
        report(outcome, matching, recording)
        return outcome.failed + outcome.skipped == 0 && !isPartial ? .done : .faults
    }

    // MARK: - Planning

    private func plans(
        _ rows: [RowMatching.Row], _ sequence: RecordingSequence
    ) throws(CommandError) -> [Plan] {
        let maker = ClipMaker(options: options, sequence: sequence)
        let totals = Dictionary(grouping: rows) { $0.recording.recording.path }.mapValues(\.count)
        var counts: [String: Int] = [:]
        var taken: Set<String> = []
        var plans: [Plan] = []
        for row in rows {
            let recording = row.recording.recording.path
            counts[recording, default: 0] += 1
            let width = String(totals[recording] ?? 0).count
            do throws(CommandError) {
                let clip = try maker.clip(row)
                let name = try options.name.path(of: clip, number: (counts[recording] ?? 0).padded(to: width))
                plans.append(Plan(clip: clip, path: Self.free(name) { taken.insert($0).inserted }))
            } catch {
                throw CommandError("row \(row.number) of \(table) (line \(row.annotation.line))", cause: error)
            }
        }
        return plans
    }

    /// The first of `name`, `name~1`, `name~2` … that `isFree`.
    private static func free(_ name: String, isFree: (String) -> Bool) -> String {
        var (number, candidate) = (0, name)
        while !isFree(candidate) {
            number += 1
            candidate = "\(name)~\(number)"
        }
        return candidate
    }

    // MARK: - Writing

    private func write(_ plans: [Plan]) -> Outcome {
        let outcome = Mutex(Outcome())
        let taken = Set(plans.map(\.path))
        let folder = folder
        let errors = streams.errors
        Parallel.forEach(count: plans.count, threads: store.store.readingThreads) { index in
            let plan = plans[index]
            do throws(CommandError) {
                let isNew = try Self.write(plan, in: folder, taken: taken)
                outcome.withLock { isNew ? ($0.written += 1) : ($0.present += 1) }
            } catch {
                outcome.withLock { $0.failed += 1 }
                let path = "\(folder)/\(plan.path).wav"
                errors("zarrwlr extract: \(path): \(error.description)".escapingControlCharacters + "\n")
            }
        }
        return outcome.withLock { $0 }
    }

    /// Writes a clip, unless it is there already; returns whether it was not. A file of the same name that is something else stays: the
    /// clip gets a name that neither a file nor another clip has, `taken` being those of all clips.
    private static func write(_ plan: Plan, in folder: String, taken: Set<String>) throws(CommandError) -> Bool {
        let excerpt = plan.clip.excerpt
        if let slash = plan.path.lastIndex(of: "/") { try OutputFile.makeFolder("\(folder)/\(plan.path[..<slash])") }
        var number = 0
        while true {
            let name = number == 0 ? plan.path : "\(plan.path)~\(number)"
            number += 1
            guard number == 1 || !taken.contains(name) else { continue }
            let path = "\(folder)/\(name).wav"
            guard path.withFileName({ access($0, F_OK) }) == 0 else {
                try OutputFile.write(path) { write throws(CommandError) in try excerpt.write(to: write) }
                return true
            }
            let isPresent = try OutputFile.holds(path, byteCount: excerpt.byteCount) { write throws(CommandError) in
                try excerpt.write(to: write)
            }
            if isPresent { return false }
        }
    }

    // MARK: - Messages

    private func say(_ text: String) {
        streams.errors("zarrwlr extract: \(text.escapingControlCharacters)\n")
    }

    private func report(_ outcome: Outcome, _ matching: RowMatching, _ recording: NamedRecording?) {
        var text = "\(outcome.written.counted("file")) written to \(folder)"
        if outcome.present > 0 { text += ", \(outcome.present.counted("was", "were")) there already" }
        if outcome.skipped > 0 { text += ", \(outcome.skipped.counted("row was", "rows were")) skipped" }
        let others = matching.otherCount.counted("row is", "rows are")
        if matching.otherCount > 0, recording != nil { text += ", \(others) about other recordings" }
        say(text)
        if recording == nil, matching.otherCount > 0 {
            say("\(others) about no recording of the store: \(Self.names(of: matching))")
        }
    }

    private func noRows(_ matching: RowMatching, _ recording: NamedRecording?) -> String {
        guard let recording else {
            return "\(table) has no row for a recording of the store: it names \(Self.names(of: matching))"
        }
        return "\(table) has no row for \(recording.fileName): all \(matching.otherCount) are about other recordings"
    }

    private static func names(of matching: RowMatching) -> String {
        let names = matching.others.keys.sorted()
        return names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
