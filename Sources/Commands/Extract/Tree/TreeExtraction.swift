import Glibc
import Recordings
import Support
import VirtualFS

/// Copies the groups and recordings of a store to a folder, as the directories and WAV files that a mount shows, or as the files that were
/// imported.
///
/// What is there already is left as it is, so that a copy that was stopped can be continued.
struct TreeExtraction: Sendable {
    let store: OpenStore
    /// The folder of the copy.
    let folder: String
    let kind: RecordingFileKind
    /// How many files are written at a time.
    let jobs: Int
    /// Whether all bytes of what is there already are compared, though its size and time are right.
    let verifies: Bool
    let report: ExtractReport

    /// All that is to be copied.
    func contents() -> OpenStore.Contents { store.learn(files: kind) }

    /// Writes what is not there yet of `contents`, and reports to `report` what becomes of each recording. Throws if nothing can be
    /// written at all.
    func write(_ contents: OpenStore.Contents) throws(CommandError) {
        try OutputFile.makeFolder(folder)
        for problem in contents.problems { report.fail(problem) }
        let files = plan(contents.entries)
        report.expect(files.map(\.byteCount))
        let folders = [folder] + contents.directories.map { "\(folder)/\($0)" }
        for (path, directory) in zip([""] + contents.directories, folders) {
            do throws(CommandError) {
                try OutputFile.makeFolder(directory)
                OutputFile.removeLeftovers(in: directory)
            } catch {
                report.fail(path, recording: nil, error)
            }
        }
        Parallel.forEach(count: files.count, threads: jobs) { extract(files[$0]) }
        // After a power cut there is a file with all its bytes, or none.
        for directory in folders.reversed() { OutputFile.sync(folder: directory) }
    }

    /// The files of `entries`, without those that cannot be had.
    private func plan(_ entries: [OpenStore.Entry]) -> [TreeFile] {
        let plans = Parallel.map(entries, threads: jobs) { entry in
            Result { () throws(CommandError) in try TreeFile(entry, as: kind, in: store) }
        }
        return zip(entries, plans).compactMap { entry, plan in
            do throws(CommandError) {
                return try plan.get()
            } catch {
                report.fail(entry.file, recording: entry.recording.path, error)
                return nil
            }
        }
    }

    private func extract(_ file: TreeFile) {
        guard !report.isStopped else { return report.leave(file) }
        do throws(CommandError) {
            let place = "\(folder)/\(file.path)"
            if try isThere(file, at: place) { return report.find(file) }
            let hasTime = try OutputFile.create(place, modified: file.modified) { write throws(CommandError) in
                try file.write { bytes throws(CommandError) in
                    try report.checkInterruption()
                    try write(bytes)
                    report.advance(file, by: bytes.count)
                }
            }
            report.wrote(file, hasTime: hasTime)
        } catch {
            report.fail(file, error)
        }
    }

    /// Whether `file` is at `place` already. Throws if something else is.
    private func isThere(_ file: TreeFile, at place: String) throws(CommandError) -> Bool {
        var status = stat()
        guard place.withFileName({ lstat($0, &status) }) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFREG else { throw OutputFile.occupied }
        let fits = file.fits(status)
        if fits, !verifies, let seemsSame = try file.seemsSame(as: place) {
            guard seemsSame else { throw OutputFile.occupied }
            return true
        }
        let isSame = try file.isSame(as: place) { () throws(CommandError) in try report.checkInterruption() }
        guard isSame else { throw OutputFile.occupied }
        // With its time, it need not be read again.
        if !fits { _ = OutputFile.setTime(file.modified, ofFile: place) }
        return true
    }
}
