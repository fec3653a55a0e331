import Support
import Synchronization
import Zarr

/// Reports what a copy does: a line for each recording, and its progress meanwhile.
final class CopyReport: Sendable {
    private struct State {
        var copied: [String] = []
        var byteCount: UInt64 = 0
        var present: [String] = []
        var failed = 0
        var untried = 0
        var passedOver = 0
        var hasUnseen = false
    }

    private let streams: CommandStreams
    private let isJSON: Bool
    private let isQuiet: Bool
    private let line: ProgressLine
    private let state = Mutex(State())

    init(_ streams: CommandStreams, isJSON: Bool, isQuiet: Bool) {
        self.streams = streams
        self.isJSON = isJSON
        self.isQuiet = isQuiet
        line = ProgressLine(streams)
    }

    /// The paths of what was copied.
    var copiedPaths: [String] { state.withLock { $0.copied } }

    /// The paths of what the destination had already.
    var presentPaths: [String] { state.withLock { $0.present } }

    /// Shows how much is done.
    func show(_ progress: StoreCopy.Progress) {
        guard !isQuiet else { return }
        let rate = UInt64(exactly: (Double(progress.byteCount) / max(line.elapsed, 0.001)).rounded()) ?? 0
        line.show(
            "\(progress.nodes) of \(progress.knownNodes.counted("node")), \(ByteCountText.short(progress.byteCount)), "
                + "\(ByteCountText.short(rate))/s")
    }

    /// Takes what is logged about the source.
    var log: Log {
        Log(minimum: .warning) { [line, streams] _, text in
            line.interrupt { streams.errors("zarrwlr copy: \(text.escapingControlCharacters)\n") }
        }
    }

    /// Reports that there may be more in the group at `path` than the source could say.
    func reportUnseen(in path: String) {
        let problem =
            "what else there may be is not copied, since a web server cannot be asked what is in a folder: groups and recordings are "
            + "those that the store's catalogue names, and arrays those that zarrwlr writes (zarr.consolidate_metadata of zarr-python "
            + "lets a store name all that it has)"
        state.withLock { $0.hasUnseen = true }
        say(CopyLine(status: "not seen", path: path, problem: problem), "/\(path): \(problem)", isFault: true)
    }

    /// Reports that `count` leftovers of interrupted commands were removed.
    func report(leftovers count: Int) {
        guard count > 0, !isQuiet else { return }
        streams.errors("zarrwlr copy: removed what \(count.counted("interrupted command")) had left\n")
    }

    /// Reports what became of the node, or of what else lies, at `path`.
    func report(_ path: String, _ outcome: CopyOutcome) {
        state.withLock { state in
            switch outcome {
            case .copied(let valueCount, let byteCount):
                state.copied.append(path)
                state.byteCount = state.byteCount.adding(byteCount) ?? .max
                let size = "\(valueCount.counted("file")), \(ByteCountText.short(byteCount))"
                say(
                    CopyLine(status: "copied", path: path, files: valueCount, bytes: byteCount),
                    "/\(path): copied, \(size)")
            case .alreadyThere:
                state.present.append(path)
                say(CopyLine(status: "already there", path: path), "/\(path): already there, with the same bytes")
            case .group: break
            case .passedOver(let reason):
                state.passedOver += 1
                say(CopyLine(status: "passed over", path: path, problem: reason), "/\(path): \(reason)", isFault: true)
            case .failed(let error):
                state.failed += 1
                let problem = error.description(after: "/\(path)")
                say(CopyLine(status: "failed", path: path, problem: problem), "/\(path): \(problem)", isFault: true)
            case .untried:
                state.untried += 1
                // People are told how many there are.
                if isJSON { say(CopyLine(status: "not tried", path: path), "") }
            }
        }
    }

    private func say(_ object: CopyLine, _ text: String, isFault: Bool = false) {
        line.interrupt {
            if isJSON {
                // Strings and numbers can always be written as JSON.
                if let text = try? JSONText.line(object) { streams.print(text) }
            } else if isFault {
                streams.errors("zarrwlr copy: \(text.escapingControlCharacters)\n")
            } else if !isQuiet {
                streams.print("\(text.escapingControlCharacters)\n")
            }
        }
    }

    /// Reports the totals, and returns the exit status.
    func finish() -> CommandStatus {
        state.withLock { state in
            line.interrupt {}
            let isInterrupted = Interruption.hasHappened && state.untried > 0
            if !isJSON, !isQuiet || state.untried > 0 {
                var parts = ["\(state.copied.count) copied (\(ByteCountText.short(state.byteCount)))"]
                if !state.present.isEmpty { parts.append("\(state.present.count) there already") }
                if state.failed > 0 { parts.append("\(state.failed) failed") }
                if state.untried > 0 { parts.append("\(state.untried) not tried") }
                if state.passedOver > 0 { parts.append("\(state.passedOver) passed over") }
                streams.errors(
                    "zarrwlr copy: \(isInterrupted ? "interrupted; " : "")\(parts.joined(separator: ", "))\n")
            }
            if isInterrupted { return .interrupted }
            return state.failed + state.untried == 0 && !state.hasUnseen ? .done : .faults
        }
    }
}

/// What became of a node, as JSON.
private struct CopyLine: Encodable {
    let status: String
    let path: String
    var files: Int?
    var bytes: UInt64?
    var problem: String?
}
