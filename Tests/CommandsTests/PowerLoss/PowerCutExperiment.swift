import Foundation
import TestSupport

/// A store that a command changes, and what may be in it.
struct PowerCutExperiment {
    let store: URL
    /// The bytes of the WAV files that the store may have, by their names in a mount.
    var files: [String: [UInt8]] = [:]
    /// Whether `check` is to find no fault, whatever the moment.
    var isFaultless = true
    /// Whether a store may have the files of these names after the command has printed that text.
    let isRight: (_ names: Set<String>, _ printed: String) -> Bool
    /// How the command is run once more after the power cut, and completes its work.
    let completion: [String]

    /// How many states in which readers see different stores a command leads to, and what is wrong with them.
    struct Outcome {
        var count = 0
        var problems: [String] = []
    }

    /// Looks at the states of `changes`, made to what the store was `before`.
    func outcome(of changes: [RecordedChange], from before: SimulatedDisk) throws -> Outcome {
        var (disk, printed) = (before, [UInt8]())
        /// What is in the stores that were looked at, by what readers see of them.
        var known: [SimulatedDisk.State: Set<String>] = [:]
        var random = RepeatableRandom(seed: 12)
        var outcome = Outcome()
        var cutCount = 0
        for (number, change) in ([nil] + changes.map(Optional.some)).enumerated() {
            if let change { try disk.apply(change) }
            if case .printed(let bytes)? = change { printed += bytes }
            for cut in SimulatedDisk.PowerCut.some(&random) {
                cutCount += 1
                do {
                    // Some are looked at again, with other leftovers.
                    let visible = disk.state(after: cut, isWhole: false)
                    let names = cutCount.isMultiple(of: 400) ? nil : known[visible]
                    let found = try names ?? look(at: disk.state(after: cut))
                    known[visible] = found
                    guard isRight(found, String(decoding: printed, as: UTF8.self)) else {
                        throw Problem(description: "there are \(found.sorted())")
                    }
                } catch {
                    outcome.problems.append("after change \(number): \(error)")
                    if outcome.problems.count == 3 { return outcome }
                }
            }
        }
        outcome.count = known.count
        return outcome
    }

    /// What is wrong with a store.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// The names of the files in the store of `state`, which are whole. Completes the work of the command then.
    private func look(at state: SimulatedDisk.State) throws -> Set<String> {
        try TestFiles.withTemporaryDirectory { directory in
            let copy = directory.appending(path: store.lastPathComponent)
            try state.write(to: copy)
            let isThere = FileManager.default.fileExists(atPath: copy.appending(path: "zarr.json").path)
            let names = try isThere ? look(at: copy, beside: directory, checks: isFaultless) : []
            guard !completion.isEmpty else { return names }
            let run = Zarrwlr.run(completion.map { $0.replacing(store.path, with: copy.path) })
            guard run.status == 0 else { throw Problem(description: "then \(completion[0]): \(run.errors)") }
            let complete = try look(at: copy, beside: directory, checks: true)
            let hidden = try FileManager.default.contentsOfDirectory(atPath: copy.path).filter { $0.first == "." }
            guard complete == Set(files.keys), hidden.isEmpty else {
                throw Problem(description: "then \(completion[0]): there are \(complete.sorted()), \(hidden)")
            }
            return names
        }
    }

    /// The names of the files in `store`, by the commands that look at one, with files in `directory`.
    private func look(at store: URL, beside directory: URL, checks: Bool) throws -> Set<String> {
        let copy = directory.appending(path: "copy")
        defer { try? FileManager.default.removeItem(at: copy) }
        if checks {
            let check = Zarrwlr.run("check", store.path)
            guard check.status == 0 else { throw Problem(description: "check: \(check.text)\(check.errors)") }
        }
        let extraction = Zarrwlr.run("extract", store.path, "-o", copy.path)
        guard extraction.status == 0 else { throw Problem(description: "extract: \(extraction.errors)") }
        let found = FileManager.default.enumerator(atPath: copy.path)?.compactMap { $0 as? String } ?? []
        let names = Set(found.filter { $0.hasSuffix(".wav") })
        for name in names {
            let isWhole = Array(try Data(contentsOf: copy.appending(path: name))) == files[name]
            guard isWhole else { throw Problem(description: "\(name) has other bytes") }
        }
        return names
    }
}
