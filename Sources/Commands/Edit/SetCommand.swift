import Importing
import Support

/// `zarrwlr set`: changes what a store says of recordings.
enum SetCommand {
    struct Configuration: Sendable {
        /// By how many nanoseconds starts are to be later.
        var shift: Int64?
        /// Whether all recordings of the group are changed.
        var changesAll = false
        var isDryRun = false
        var access = StoreAccess()
    }

    static let subcommand = Subcommand(
        "set", operands: "STORE[::GROUP] RECORDING... [KEY=VALUE...]", operandCount: 1...Int.max,
        summary: "Change what a store says of recordings.",
        notes: """
            RECORDING is its path in the store (pond/mono/0) or the path of its WAV file in a mount (pond/mono/a.wav). --all stands
            for every recording of STORE, or of GROUP, and of the groups in it.

            start=TIME is the start of one RECORDING, such as 2024-05-31T22:39:11+02:00, or unknown if it is empty. name=NAME is the
            name of its source, and so of its file in a mount. Any other KEY is an attribute of your own, as that of import --set;
            KEY= removes it. --shift corrects starts by a clock that was wrong: it adds seconds to them.

            Of each recording, all is changed at once or nothing. What was there before is noted in the recording's document; its
            samples, the bytes of its source and its file's name stay as they are. A mount shows the change at once. If a recording
            cannot be changed, it is named, the others are changed, and the exit status is 1.
            """,
        options: [
            CommandOption(
                "--shift",
                effect: .value("SECONDS") { configuration, text throws(CommandError) in
                    configuration.shift = try ImportOption.shift(text)
                },
                help: "add seconds to the starts, such as -3600 for a clock that was an hour fast"),
            CommandOption("--all", effect: .flag { $0.changesAll = true }, help: "every recording of STORE[::GROUP]"),
            CommandOption(
                "--dry-run", "-n", effect: .flag { $0.isDryRun = true }, help: "only report what would be changed"),
        ] + .remoteAccess(\.access), configuration: Configuration(), run: run)

    @Sendable private static func run(
        _ configuration: Configuration, _ operands: [String], _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let (recordings, changes) = try parse(operands.dropFirst(), configuration)
        let store = try StoreEditing(StoreAddress(operands[0]), configuration.access)
        var (paths, failedCount): ([String], Int) = ([], 0)
        if configuration.changesAll {
            (paths, failedCount) = store.allPaths(streams, as: "set")
        } else {
            for name in recordings {
                let path = try store.path(of: name)
                if !paths.contains(path) { paths.append(path) }
            }
        }
        let targets = paths
        return try Interruption.watch { () throws(CommandError) in
            try change(targets, of: store, by: changes, failedCount: failedCount, configuration, streams)
        }
    }

    /// Carries out `changes` on the recordings at `paths`, besides which `failedCount` cannot be changed.
    private static func change(
        _ paths: [String], of store: StoreEditing, by changes: [RecordingChange], failedCount: Int,
        _ configuration: Configuration, _ streams: CommandStreams
    ) throws(CommandError) -> CommandStatus {
        let areSeveral = configuration.changesAll || paths.count > 1
        var (changed, failedCount) = ([String](), failedCount)
        var (doneCount, untriedCount) = (0, 0)
        // A catalogue is to have what was changed, however this ends.
        defer { store.record(changed: changed, streams, as: "set") }
        for path in paths {
            guard !Interruption.hasHappened else {
                untriedCount += 1
                continue
            }
            do {
                let notes =
                    try configuration.isDryRun
                    ? store.editor.notes(of: changes, to: path) : store.editor.set(path, to: changes)
                doneCount += 1
                if !configuration.isDryRun { changed.append(path) }
                for note in notes { streams.print("/\(path): \(note)".escapingControlCharacters + "\n") }
            } catch {
                guard areSeveral else { throw CommandError(error.summary, cause: error.cause) }
                failedCount += 1
                streams.errors("zarrwlr set: \(error.description.escapingControlCharacters)\n")
            }
        }
        if areSeveral {
            let done = configuration.isDryRun ? "would be changed" : "changed"
            let failed = failedCount == 0 ? "" : ", \(failedCount) not"
            streams.errors("zarrwlr set: \(doneCount.counted("recording")) \(done)\(failed)\n")
        }
        guard untriedCount == 0 else {
            streams.errors(
                "zarrwlr set: interrupted; \(untriedCount.counted("recording")) not tried: name these if you go on, since --shift "
                    + "would shift the others once more\n")
            return .interrupted
        }
        return failedCount == 0 ? .done : .faults
    }

    /// The recordings that `operands` name, and the changes. The first that is KEY=VALUE, but not the first of all, ends the recordings.
    private static func parse(
        _ operands: ArraySlice<String>, _ configuration: Configuration
    ) throws(CommandError) -> (recordings: [String], changes: [RecordingChange]) {
        var rest = operands
        var recordings: [String] = []
        if !configuration.changesAll {
            guard let first = rest.popFirst() else { throw CommandError("name a RECORDING, or all of them by --all") }
            recordings.append(first)
            while let name = rest.first, !name.contains("=") { recordings.append(rest.removeFirst()) }
        }
        var changes = configuration.shift.map { [RecordingChange.shift($0)] } ?? []
        for text in rest { changes.append(try change(text)) }
        guard !changes.isEmpty else {
            let other = recordings.count > 1 ? recordings.last.map { "'\($0)' is not KEY=VALUE; " } ?? "" : ""
            throw CommandError("\(other)say what to change: KEY=VALUE, or --shift SECONDS")
        }
        let areSeveral = configuration.changesAll || recordings.count > 1
        for change in changes {
            switch change {
            case .start where areSeveral:
                throw CommandError("start=TIME is the start of one recording: --shift corrects those of several")
            case .start where configuration.shift != nil: throw CommandError("give either start=TIME or --shift")
            case .name where areSeveral: throw CommandError("name=NAME is the name of one recording")
            case .start, .shift, .name, .attribute: break
            }
        }
        return (recordings, changes)
    }

    private static func change(_ text: String) throws(CommandError) -> RecordingChange {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw CommandError("'\(text)' is not KEY=VALUE")
        }
        let key = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        switch key {
        case "start":
            guard !value.isEmpty else { return .start(nil) }
            guard let time = Timestamp(iso8601: value) else {
                throw CommandError("start: '\(value)' is no time such as 2024-05-31T22:39:11+02:00")
            }
            return .start(time)
        case "name":
            guard !value.isEmpty, !value.utf8.contains(0) else { throw CommandError("name: a recording needs a name") }
            guard !value.contains("/") else {
                throw CommandError(
                    "name: '\(value)' is no name of a file, which has no '/'; zarrwlr move puts it into another group")
            }
            return .name(value)
        case "shift", "Start", "Name":
            throw CommandError(
                "'\(key)' would be an attribute of your own: --shift SECONDS, start=TIME or name=NAME was meant")
        default:
            guard !ImportOptions.reservedAttributes.contains(key) else {
                throw CommandError("'\(key)' is an attribute that the import sets itself, and cannot be changed")
            }
            guard !text.isEscaped else { throw CommandError("'\(text)' is no UTF-8, which an attribute must be") }
            return .attribute(key, value.isEmpty ? nil : value)
        }
    }
}
