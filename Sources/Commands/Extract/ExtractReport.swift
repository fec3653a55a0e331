import Glibc
import Recordings
import Support
import Synchronization

/// Reports what the extraction of a group does: its progress, what became of each file, and the totals. Safe to use from any thread.
final class ExtractReport: Sendable {
    private struct State {
        var written = 0
        var alreadyThere = 0
        var failed = 0
        var left = 0
        /// Files that could not be given their times.
        var timeless = 0
        /// Why the extraction has stopped before all files were tried; nil as long as it has not.
        var stop: String?
        /// How many files there are, and the bytes of those that are not there yet.
        var fileCount = 0
        var totalByteCount: UInt64 = 0
        /// Bytes that were written.
        var byteCount: UInt64 = 0
        /// Bytes that were written of files that are not done, by their paths.
        var underway: [String: UInt64] = [:]
    }

    private let folder: String
    private let streams: CommandStreams
    private let isJSON: Bool
    private let isQuiet: Bool
    private let line: ProgressLine
    private let state = Mutex(State())

    /// A report of what is written to `folder`.
    init(folder: String, isJSON: Bool, isQuiet: Bool, _ streams: CommandStreams) {
        self.folder = folder
        self.streams = streams
        self.isJSON = isJSON
        self.isQuiet = isQuiet
        line = ProgressLine(streams)
    }

    // MARK: - Files

    /// Takes files of `byteCounts` bytes into the totals.
    func expect(_ byteCounts: [UInt64]) {
        state.withLock { state in
            state.fileCount += byteCounts.count
            state.totalByteCount = byteCounts.reduce(state.totalByteCount) { $0.adding($1) ?? .max }
        }
    }

    /// Counts `byteCount` further bytes of `file` as written.
    func advance(_ file: TreeFile, by byteCount: Int) {
        state.withLock { state in
            state.byteCount = state.byteCount.adding(UInt64(clamping: byteCount)) ?? .max
            state.underway[file.path, default: 0] += UInt64(clamping: byteCount)
            if !isQuiet { line.show(Self.progress(state, after: line.elapsed)) }
        }
    }

    /// Reports that `file` was written, and whether it has its time.
    func wrote(_ file: TreeFile, hasTime: Bool) {
        state.withLock { state in
            state.underway[file.path] = nil
            if !hasTime { state.timeless += 1 }
            wrote(file.path, recording: file.recording, byteCount: file.byteCount, &state)
        }
    }

    /// Reports that the file at `path`, which is no recording's, was written.
    func wrote(_ path: String, byteCount: UInt64) {
        state.withLock { wrote(path, recording: nil, byteCount: byteCount, &$0) }
    }

    private func wrote(_ path: String, recording: String?, byteCount: UInt64, _ state: inout State) {
        state.written += 1
        say(ExtractLine("written", file: path, recording: recording, byteCount: byteCount))
    }

    /// Reports that `file` is there already.
    func find(_ file: TreeFile) {
        state.withLock { state in
            drop(file, &state)
            state.alreadyThere += 1
            say(ExtractLine("already there", file: file.path, recording: file.recording))
        }
    }

    /// Reports that the file at `path`, which is no recording's, is there already.
    func find(_ path: String) {
        state.withLock { state in
            state.alreadyThere += 1
            say(ExtractLine("already there", file: path))
        }
    }

    /// Reports that `file` cannot be written.
    func fail(_ file: TreeFile, _ error: CommandError) {
        state.withLock { state in
            drop(file, &state)
            fail(file.path, recording: file.recording, error, &state)
        }
    }

    /// Reports that the file or folder at `path` cannot be written, and of which recording it is, if it is one's.
    func fail(_ path: String, recording: String?, _ error: some DescribedError) {
        state.withLock { fail(path, recording: recording, error, &$0) }
    }

    /// Reports that a recording, or a node of the store, cannot be read.
    func fail(_ problem: RecordingError) {
        state.withLock { state in
            state.failed += 1
            let text = problem.cause.map { "\(problem.problem): \($0)" } ?? problem.problem
            say(ExtractLine("failed", recording: problem.recording, problem: text))
            if !isJSON { warn(problem.description) }
        }
    }

    private func fail(_ path: String, recording: String?, _ error: some DescribedError, _ state: inout State) {
        if error.isFailure(with: ECANCELED) || error.isCancellation, Interruption.hasHappened {
            return leave(path, recording: recording, &state)
        }
        let text = error.description(after: "\(folder)/\(path)")
        if error.isFailure(with: ENOSPC, EDQUOT) {
            // The others that are under way fail for the same reason.
            guard state.stop == nil else { return leave(path, recording: recording, &state) }
            state.stop = "the disk is full: \(path): \(text)"
        } else if !isJSON {
            warn("\(path): \(text)")
        }
        state.failed += 1
        say(ExtractLine("failed", file: path, recording: recording, problem: text))
    }

    /// Reports that `file` was not tried, since the extraction has stopped.
    func leave(_ file: TreeFile) {
        state.withLock { state in
            drop(file, &state)
            leave(file.path, recording: file.recording, &state)
        }
    }

    private func leave(_ path: String, recording: String?, _ state: inout State) {
        state.left += 1
        say(ExtractLine("not written", file: path, recording: recording))
    }

    /// Takes the bytes of `file`, which is not written or not to its end, out of the totals.
    private func drop(_ file: TreeFile, _ state: inout State) {
        let written = state.underway.removeValue(forKey: file.path) ?? 0
        state.byteCount = state.byteCount.subtracting(written) ?? 0
        state.totalByteCount = state.totalByteCount.subtracting(file.byteCount) ?? 0
    }

    // MARK: - The end

    /// Whether no other file is to be begun.
    var isStopped: Bool { Interruption.hasHappened || state.withLock { $0.stop != nil } }

    /// Whether anything was reported.
    var isEmpty: Bool { state.withLock { $0.written + $0.alreadyThere + $0.failed + $0.left == 0 } }

    /// Throws if the user has interrupted the process.
    func checkInterruption() throws(CommandError) {
        guard !Interruption.hasHappened else {
            throw CommandError("was interrupted", cause: SystemError("write", folder, code: ECANCELED))
        }
    }

    /// Reports the totals, and returns the exit status.
    func finish() -> CommandStatus {
        state.withLock { state in
            line.interrupt {}
            let left = state.left.counted("file was", "files were")
            if let stop = state.stop { warn("\(stop); the extraction stops, and \(left) not written") }
            let isInterrupted = Interruption.hasHappened && state.left > 0
            if isInterrupted { warn("interrupted; \(left) not written") }
            if state.timeless > 0 { warn("the times of \(state.timeless.counted("file")) could not be set") }
            if !isJSON, !isQuiet { warn(totals(state)) }
            if isInterrupted { return .interrupted }
            return state.failed == 0 ? .done : .faults
        }
    }

    private func totals(_ state: State) -> String {
        var parts = ["\(state.written.counted("file")) written to \(folder)"]
        if state.alreadyThere > 0 { parts.append("\(state.alreadyThere.counted("was", "were")) there already") }
        if state.failed > 0 { parts.append("\(state.failed) failed") }
        if state.left > 0 { parts.append("\(state.left) not written") }
        return parts.joined(separator: ", ")
    }

    // MARK: - Lines

    private func say(_ outcome: ExtractLine) {
        // Texts and numbers can always be written as JSON.
        guard isJSON, let text = try? JSONText.line(outcome) else { return }
        line.interrupt { streams.print(text) }
    }

    private func warn(_ text: String) {
        line.interrupt { streams.errors("zarrwlr extract: \(text.displayedName.escapingControlCharacters)\n") }
    }

    private static func progress(_ state: State, after seconds: Double) -> String {
        let done = state.written + state.alreadyThere + state.failed + state.left
        let pace = Pace(byteCount: state.byteCount, totalByteCount: state.totalByteCount, seconds: seconds)
        return "\(done) of \(state.fileCount.counted("file")), \(pace.text)"
    }
}

/// What became of one file, for `--json`.
private struct ExtractLine: Encodable {
    let status: String
    let file: String?
    let fileBytes: String?
    let recording: String?
    let bytes: UInt64?
    let problem: String?

    private enum CodingKeys: String, CodingKey {
        case status, file, recording, bytes, problem
        case fileBytes = "file_bytes"
    }

    init(
        _ status: String, file: String? = nil, recording: String? = nil, byteCount: UInt64? = nil,
        problem: String? = nil
    ) {
        self.status = status
        self.file = file?.displayedName
        fileBytes = file?.base64FileBytes
        self.recording = recording?.displayedName
        bytes = byteCount
        self.problem = problem?.displayedName
    }
}
