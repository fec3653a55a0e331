import Recordings
import Support

/// Finds out which recording each row of a table is about.
struct RowMatching {
    /// A row, and its recording.
    struct Row: Sendable {
        let annotation: Annotation
        /// Its number in the table, from 1 on.
        let number: Int
        let recording: NamedRecording
    }

    /// The rows about the recordings asked for, in the table's order.
    private(set) var rows: [Row] = []
    /// The rows that are about other recordings: what the table calls them, and how many rows each has.
    private(set) var others: [String: Int] = [:]

    private let table: String
    /// The recording that was named; nil for the whole store.
    private let named: NamedRecording?
    private let index: StoreIndex

    /// Matches `annotations` of the table at `table` with the recording `named`, or if that is nil, with all of the store. Throws if a
    /// row could be about several.
    init(
        _ annotations: [Annotation], table: String, named: NamedRecording?, index: StoreIndex
    ) throws(CommandError) {
        self.table = table
        self.named = named
        self.index = index
        for (position, annotation) in annotations.enumerated() {
            let number = position + 1
            if let recording = try recording(of: annotation, number) {
                rows.append(Row(annotation: annotation, number: number, recording: recording))
            } else {
                let name = annotation.source?.path ?? "a time that no recording has"
                others[name, default: 0] += 1
            }
        }
        try removeWorseFits()
    }

    /// How many rows are about other recordings.
    var otherCount: Int { others.values.reduce(0, +) }

    private func recording(of annotation: Annotation, _ number: Int) throws(CommandError) -> NamedRecording? {
        if case .atTime(let time, _) = annotation.place, annotation.source == nil {
            if let named {
                guard named.recording.start != nil else {
                    throw CommandError("the table has points in time, and the start of \(named.file) is not known")
                }
                return named.recording.contains(time) ? named : nil
            }
            return try only(index.whole.recordings(at: time), number, "'\(time)'")
        }
        guard let source = annotation.source else {
            if let named { return named }
            let found = index.whole.recordings(ofTable: table)
            guard !found.isEmpty else {
                throw CommandError("\(table) does not say which recording it is about: name the recording")
            }
            return try only(found, number, "its name")
        }
        guard let named else { return try only(index.whole.best(for: source), number, "'\(source.path)'") }
        guard let fit = named.fit(source) else { return nil }
        guard !named.sharesAllFolders(with: source), fit / 2 < source.folders.count else { return named }
        // A recording that the row's folders fit better has the better claim to it.
        let best = index.whole.best(for: source).first?.fit(source) ?? 0
        return best > fit ? nil : named
    }

    /// The only one of `found`; nil if it is empty.
    private func only(
        _ found: [NamedRecording], _ number: Int, _ what: String
    ) throws(CommandError) -> NamedRecording? {
        guard found.count > 1 else { return found.first }
        throw CommandError(
            "row \(number) of \(table): \(what) could be \(found.prefix(3).map(\.file).joined(separator: ", "))"
                + "\(found.count > 3 ? " …" : ""): name the recording, or the group (STORE::GROUP)")
    }

    /// Of several files that fit one recording, leaves only the rows about the one that fits it best: `north/a.wav` if the store has
    /// `north/a.wav`, and nothing of `south/a.wav`.
    private mutating func removeWorseFits() throws(CommandError) {
        var best: [String: (source: SourceReference, fit: Int)] = [:]
        for row in rows {
            guard let source = row.annotation.source, let fit = row.recording.fit(source) else { continue }
            let path = row.recording.recording.path
            guard let known = best[path] else {
                best[path] = (source, fit)
                continue
            }
            if source.agrees(with: known.source) {
                if source.folders.count > known.source.folders.count { best[path] = (source, fit) }
            } else if fit / 2 == known.fit / 2 {
                throw CommandError(
                    "row \(row.number) of \(table): '\(source.path)' and '\(known.source.path)' both could be "
                        + "\(row.recording.file): the names of its folders are in neither")
            } else if fit > known.fit {
                best[path] = (source, fit)
            }
        }
        rows = rows.filter { row in
            guard let source = row.annotation.source, let known = best[row.recording.recording.path] else {
                return true
            }
            if source.agrees(with: known.source) { return true }
            others[source.path, default: 0] += 1
            return false
        }
    }
}

/// The index of a store, made when it is first asked for: to open the one recording that is named, no other is looked at.
final class StoreIndex {
    private let store: OpenStore

    init(_ store: OpenStore) {
        self.store = store
    }

    private lazy var contents = store.learn()

    /// All recordings.
    private(set) lazy var whole = RecordingIndex(contents.entries)

    /// Prints what in the store cannot be read.
    func printProblems(_ streams: CommandStreams) { contents.printProblems(streams, as: "extract") }
}
