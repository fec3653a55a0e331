import Support

/// The files of a table of Raven's that has no `File Offset (s)`. Its times count from the first of the files that Raven shows as one,
/// in their order; in tables that were joined, or that others made in Raven's form, they count from each file's start.
struct FileList {
    /// A file that the table names.
    private struct File {
        let source: SourceReference
        /// Its recording; nil if the store has none, or several that could be it.
        let recording: NamedRecording?
        /// Its rows, by their positions in the table.
        var rows: [Int] = []
        /// The first start of its rows in nanoseconds, and the last.
        var starts: ClosedRange<Int64>
        /// Where it begins in the list; nil if the length of one before it is not known.
        var begin: Int64?

        var length: Int64? { recording?.durationNanoseconds }
    }

    /// The files in the order of the list.
    private var files: [File] = []
    private let index: StoreIndex

    /// The files of `annotations`; none if they say which file their times count from, or if there is only one.
    init(_ annotations: [Annotation], named: NamedRecording?, index: StoreIndex) {
        self.index = index
        var places: [SourceReference: Int] = [:]
        let listed = annotations.enumerated().filter { $0.element.mayCountFromFirstFile }
        guard Set(listed.compactMap(\.element.source)).count > 1 else { return }
        for (row, annotation) in listed {
            guard let source = annotation.source, case .inFile(let position, _) = annotation.place,
                let start = position.nanoseconds
            else { continue }
            if let place = places[source] {
                let known = files[place].starts
                files[place].starts = min(known.lowerBound, start)...max(known.upperBound, start)
                files[place].rows.append(row)
            } else {
                places[source] = files.count
                let found = index.whole.best(for: source)
                let own = named.flatMap { $0.fit(source) == nil ? nil : $0 }
                files.append(
                    File(
                        source: source, recording: found.count == 1 ? found.first : own, rows: [row],
                        starts: start...start))
            }
        }
        // Of two that begin alike, the one whose length is known comes first.
        let order = files.indices.sorted {
            (files[$0].starts.lowerBound, files[$0].length == nil ? 1 : 0, $0)
                < (files[$1].starts.lowerBound, files[$1].length == nil ? 1 : 0, $1)
        }
        files = order.map { files[$0] }
        var begin: Int64? = 0
        for index in files.indices {
            files[index].begin = begin
            begin = files[index].length.flatMap { begin?.adding($0) }
        }
    }

    /// `annotations` of the table at `table` with times in their own files. Throws if it cannot be decided where they count from.
    func placed(_ annotations: [Annotation], table: String) throws(CommandError) -> [Annotation] {
        guard files.count > 1, !countsFromEachFile else { return annotations }
        var annotations = annotations
        for (place, file) in files.enumerated() {
            guard file.recording != nil else { continue }
            guard place == 0 || isComplete(upTo: place), let begin = file.begin, let length = file.length,
                file.starts.lowerBound >= begin, file.starts.upperBound.subtracting(begin) ?? .max <= length
            else {
                throw CommandError(
                    "row \((file.rows.first ?? 0) + 1) of \(table): its time may count from the first of several files, and "
                        + "where '\(file.source.path)' begins among them is not known: add Raven's column File Offset (s)"
                )
            }
            let origin = SamplePosition(nanoseconds: begin)
            for row in file.rows {
                guard case .inFile(let start, let end) = annotations[row].place,
                    let first = start.moved(from: origin, to: .start), let last = end.moved(from: origin, to: .start)
                else { continue }
                annotations[row].place = .inFile(first, last)
                annotations[row].fileStart = origin
            }
        }
        return annotations
    }

    /// Whether the times count from each file's own start: a file has a row at a time that belongs to a file before it, if they count from
    /// the first.
    private var countsFromEachFile: Bool {
        var begin: Int64 = 0
        for file in files {
            if file.starts.lowerBound < begin { return true }
            begin = begin.adding(file.length ?? 0) ?? .max
        }
        return false
    }

    /// Whether no recording of the group lies between the file at `place` of the list and the one before: Raven shows all files of a
    /// folder, and a table does not name those without a selection.
    private func isComplete(upTo place: Int) -> Bool {
        guard let last = files[place - 1].recording, let next = files[place].recording else { return false }
        let (first, second) = (last.fileName, next.fileName)
        return last.folders == next.folders
            && !index.whole.neighbours(of: last).contains { $0.fileName > first && $0.fileName < second }
    }
}
