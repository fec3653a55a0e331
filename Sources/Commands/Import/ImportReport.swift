import Glibc
import Importing
import Recordings
import Support
import Synchronization
import WaveFile
import Zarr

/// Reports what an import does: a line for each source, and its progress meanwhile.
final class ImportReport: Sendable {
    private struct State {
        var imported = 0
        /// What is known of those.
        var importedFacts: [RecordingFacts] = []
        var alreadyThere = 0
        /// The paths of the recordings that are there already.
        var presentPaths: [String] = []
        var failed = 0
        var planned = 0
        var untried = 0
        var sidecars = 0
        /// Those that were imported although their groups had recordings of the same name, of other files and other tracks of the same.
        var namesakes: [ImportedRecording.Namesake: Int] = [:]
        /// Whether the store cannot be written to any more.
        var isHopeless = false
        /// Why the import has stopped before all sources were tried; nil as long as it has not.
        var stop: String?
        /// Bytes of sources that were processed.
        var byteCount: UInt64 = 0
        /// Bytes that were processed of sources that are not done, by the bytes of their paths.
        var underway: [[UInt8]: UInt64] = [:]
    }

    private let streams: CommandStreams
    private let isJSON: Bool
    private let isVerbose: Bool
    private let isQuiet: Bool
    private let isDryRun: Bool
    private let keepsTree: Bool
    private let proof: RecordingProof
    private let fileCount: Int
    private let passedOver: [ImportSources.PassedOver]
    /// The groups that have the files of several folders: their paths below the target, and the folders.
    private let mergedFolders: [(group: String, folders: [String])]
    /// The options that say something of new recordings only, as the user has given them.
    private let corrections: [String]
    private let totalByteCount: UInt64
    private let line: ProgressLine
    private let state = Mutex(State())

    init(_ sources: ImportSources, _ streams: CommandStreams, _ configuration: ImportCommand.Configuration) {
        self.streams = streams
        isJSON = configuration.isJSON
        isVerbose = configuration.isVerbose
        isQuiet = configuration.isQuiet
        isDryRun = configuration.isDryRun
        keepsTree = configuration.keepsTree
        proof = configuration.options.proof
        fileCount = sources.files.count
        passedOver = sources.passedOver
        mergedFolders = sources.mergedFolders
        corrections = configuration.options.corrections
        totalByteCount = sources.byteCount
        line = ProgressLine(streams)
    }

    // MARK: - Sources

    /// Counts `byteCount` further bytes of `source` as processed.
    func advance(_ source: ImportSources.File, by byteCount: UInt64) {
        state.withLock { state in
            state.byteCount = state.byteCount.adding(byteCount) ?? .max
            state.underway[Array(source.path.utf8), default: 0] += byteCount
            if !isQuiet { line.show(progress(state)) }
        }
    }

    /// Reports what became of `source`.
    func report(_ source: ImportSources.File, _ result: Result<Importer.Outcome, ImportError>) {
        state.withLock { state in
            let reported = state.underway.removeValue(forKey: Array(source.path.utf8)) ?? 0
            state.byteCount = state.byteCount.adding(source.byteCount - min(reported, source.byteCount)) ?? .max
            line.interrupt {
                switch result {
                case .success(.imported(let recording)):
                    state.imported += 1
                    state.importedFacts.append(recording.facts)
                    if let namesake = recording.namesake { state.namesakes[namesake, default: 0] += 1 }
                    say(ImportedLine(source, recording))
                case .success(.alreadyThere(let place)):
                    state.alreadyThere += 1
                    state.presentPaths.append(place)
                    say(SkippedLine(source, place, proof))
                case .failure(let error): report(source, error, &state)
                }
            }
        }
    }

    private func report(_ source: ImportSources.File, _ error: ImportError, _ state: inout State) {
        // Nothing more was written to the store.
        if error.isFailure(with: ECANCELED), Interruption.hasHappened { return leave(source, &state) }
        guard let obstacle = Self.obstacle(of: error) else {
            state.failed += 1
            return say(FailedLine(source.path, error))
        }
        // The others that are under way fail for the same reason.
        guard state.stop == nil else { return leave(source, &state) }
        state.failed += 1
        state.isHopeless = true
        state.stop = "\(obstacle): \(source.path): \(error.description(after: source.path))"
        if isJSON { say(FailedLine(source.path, error)) }
    }

    /// Whether the import is to stop: the sources that are not begun are to be left.
    var isStopped: Bool { Interruption.hasHappened || state.withLock { $0.isHopeless } }

    /// Notices that a source failed with `error`, which is reported when its turn comes.
    func notice(_ error: ImportError) {
        if Self.obstacle(of: error) != nil { state.withLock { $0.isHopeless = true } }
    }

    /// Why no other source can be imported either, if `error` says so; nil if it has to do with its source alone.
    private static func obstacle(of error: ImportError) -> String? {
        if error.isFailure(with: ENOSPC, EDQUOT) { return "the disk is full" }
        return error.isOfStore && error.isFailure(with: EROFS, EACCES, EPERM) ? "the store cannot be written to" : nil
    }

    /// What is known of the recordings that were imported.
    var importedFacts: [RecordingFacts] { state.withLock { $0.importedFacts } }

    /// The paths in the store of the recordings of sources that had been imported before.
    var presentPaths: [String] { state.withLock { $0.presentPaths } }

    /// Whether something is in the store now that was imported, or had been before.
    var hasKeptSomething: Bool { state.withLock { $0.imported + $0.alreadyThere + $0.sidecars > 0 } }

    /// Reports that `source` was not tried, since the import has stopped.
    func leave(_ source: ImportSources.File) {
        state.withLock { leave(source, &$0) }
    }

    private func leave(_ source: ImportSources.File, _ state: inout State) {
        state.untried += 1
        if isJSON { say(UntriedLine(source: source.path)) }
    }

    /// Reports what would become of `source`.
    func report(_ source: ImportSources.File, _ result: Result<Importer.Forecast, ImportError>) {
        state.withLock { state in
            switch result {
            case .success(.planned(let preview)):
                state.planned += 1
                say(PreviewLine(source, preview))
            case .success(.alreadyThere(let place)):
                state.alreadyThere += 1
                say(SkippedLine(source, place, proof))
            case .success(.repeated(let other)):
                state.alreadyThere += 1
                say(RepeatedLine(source, other))
            case .failure(let error):
                state.failed += 1
                say(FailedLine(source.path, error))
            }
        }
    }

    /// Reports what became of `file`, which lies beside the sources.
    func report(_ file: ImportSources.File, _ outcome: AudioGroup.SidecarOutcome) {
        state.withLock { state in
            switch outcome {
            case .kept:
                state.sidecars += 1
                detail(SidecarLine(status: "sidecar kept", source: file.path))
            case .alreadyThere: detail(SidecarLine(status: "sidecar already there", source: file.path))
            case .failed(let error): report(file, error, &state)
            }
        }
    }

    /// Reports that `file`, which lies beside the sources, would be kept.
    func reportPlanned(_ file: ImportSources.File) {
        state.withLock { _ in detail(SidecarLine(status: "sidecar planned", source: file.path)) }
    }

    /// Reports what is not imported: each file if that is wanted, and in any case those in formats that something converts.
    func reportPassedOver() {
        state.withLock { _ in
            for passed in passedOver { detail(PassedOverLine(passed)) }
            guard !isVerbose, !isJSON else { return }
            let foreign = passedOver.filter { ForeignFormat.advice(on: $0.path) == $0.reason }
            for (reason, files) in Dictionary(grouping: foreign, by: \.reason).sorted(by: { $0.key < $1.key }) {
                guard let first = files.first else { continue }
                let others = files.count > 1 ? " (and \(files.count - 1) more)" : ""
                streams.errors(
                    "zarrwlr import: passed over: \("\(first.path)\(others) \(reason)".escapingControlCharacters)\n")
            }
        }
    }

    /// Reports folders and files that could not be examined, and what cannot be written to.
    func report(unreadable: [(path: String, problem: CommandError)]) {
        state.withLock { state in
            for (path, problem) in unreadable {
                state.failed += 1
                say(FailedLine(path, problem))
            }
        }
    }

    /// Reports that `count` leftovers of interrupted imports were removed.
    func reportLeftovers(_ count: Int) {
        guard !isQuiet else { return }
        streams.errors("zarrwlr import: removed what \(count.counted("interrupted import")) had left\n")
    }

    /// Reports the totals, and returns the exit status.
    func finish() -> CommandStatus {
        state.withLock { state in
            line.interrupt {}
            if let stop = state.stop {
                let untried = state.untried.counted("source was", "sources were")
                let text = "\(stop); the import stops, and \(untried) not tried"
                streams.errors("zarrwlr import: \(text.escapingControlCharacters)\n")
            }
            let isInterrupted = Interruption.hasHappened && state.untried > 0
            if isInterrupted {
                let untried = state.untried.counted("source was", "sources were")
                streams.errors("zarrwlr import: interrupted; \(untried) not imported\n")
            }
            for warning in warnings(of: state) {
                streams.errors("zarrwlr import: warning: \(warning.escapingControlCharacters)\n")
            }
            if !isJSON, !isQuiet, fileCount > 1 || !passedOver.isEmpty || state.sidecars > 0 {
                var parts = [isDryRun ? "\(state.planned) to be imported" : "\(state.imported) imported"]
                if state.alreadyThere > 0 { parts.append("\(state.alreadyThere) there already") }
                if state.failed > 0 { parts.append("\(state.failed) failed") }
                if state.untried > 0 { parts.append("\(state.untried) not tried") }
                if state.sidecars > 0 { parts.append("\(state.sidecars.counted("sidecar")) kept") }
                if !passedOver.isEmpty { parts.append("\(passedOver.count.counted("other file")) passed over") }
                streams.errors("zarrwlr import: \(parts.joined(separator: ", "))\n")
            }
            if isInterrupted { return .interrupted }
            return state.failed == 0 ? .done : .faults
        }
    }

    private func warnings(of state: State) -> [String] {
        let namesakes = state.namesakes
        let numbered = "a mount shows numbers behind such names"
        var warnings: [String] = []
        if !corrections.isEmpty, state.alreadyThere > 0, state.imported == 0 {
            warnings.append(
                "what was there already stays as it was: \(corrections.joined(separator: " and ")) only counts for new recordings, "
                    + "and zarrwlr set changes those that are there")
        }
        if let first = mergedFolders.first {
            let groups = mergedFolders.count.counted("group has", "groups have")
            let name = first.group.isEmpty ? "the one for the SOURCE itself" : first.group
            warnings.append(
                "\(groups) the files of several folders, the first (\(name)) those of "
                    + "\(first.folders.joined(separator: " and ")): import each SOURCE into a group of its own (STORE::GROUP) to keep "
                    + "them apart")
        }
        if let files = namesakes[.otherFile] {
            let subject = files.counted("recording has", "recordings have")
            let advice = keepsTree ? "" : ", while an import with --keep-tree makes a group of each folder"
            warnings.append("\(subject) the file name of another in the same group; \(numbered)\(advice)")
        }
        if let tracks = namesakes[.otherTrack] {
            let subject = tracks.counted("recording is", "recordings are")
            warnings.append("\(subject) another track of a file in the same group, and named as that is; \(numbered)")
        }
        return warnings
    }

    // MARK: - Lines

    private func say(_ line: some ImportLine) {
        if isJSON {
            // Strings and numbers can always be written as JSON.
            if let text = try? JSONText.line(ImportLineObject(line)) { streams.print(text) }
        } else if line.isFault {
            streams.errors("zarrwlr import: \(line.text.escapingControlCharacters)\n")
        } else if !isQuiet {
            streams.print("\(line.text.escapingControlCharacters)\n")
        }
    }

    /// Prints `line` if all details are wanted.
    private func detail(_ line: some ImportLine) {
        if isVerbose || isJSON { say(line) }
    }

    private func progress(_ state: State) -> String {
        let done = state.imported + state.alreadyThere + state.failed + state.untried
        let pace = Pace(byteCount: state.byteCount, totalByteCount: totalByteCount, seconds: line.elapsed)
        return "\(done) of \(fileCount.counted("file")), \(pace.text)"
    }
}

extension ImportOptions {
    /// The options that correct what is said of new recordings, as far as they were given.
    fileprivate var corrections: [String] {
        [
            starts.shiftNanoseconds == 0 ? nil : "--shift", starts.override == nil ? nil : "--override-start",
            attributes.isEmpty ? nil : "--set",
        ].compactMap(\.self)
    }
}

extension Error {
    /// Whether it, or what caused it, has to do with a store.
    fileprivate var isOfStore: Bool {
        self is StoreError || (self as? any DescribedError)?.cause?.isOfStore == true
    }
}
