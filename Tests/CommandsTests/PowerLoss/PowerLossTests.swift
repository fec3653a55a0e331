import Foundation
import TestSupport
import Testing

private typealias PowerCut = SimulatedDisk.PowerCut

extension SimulatedDisk.PowerCut {
    /// The extremes, and some by chance.
    fileprivate static func some(_ random: inout RepeatableRandom) -> [PowerCut] {
        extremes + (0..<4).map { _ in .random(seed: random.next()) }
    }
}

/// What a store is after a power cut at any moment while a command changes it. The command is run once and what it does to its files is
/// recorded. For each moment, states are made that a file system may leave, and each is looked at as a store.
@Suite(.enabled(if: ChangeRecorder.isPossible, "needs a C compiler"), .timeLimit(.minutes(5)))
struct `A power cut` {
    /// A store that a command changes, and what may be in it.
    struct Experiment {
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
                for cut in PowerCut.some(&random) {
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

    /// A folder with sources of all kinds.
    private func makeSources(in directory: URL) throws -> URL {
        let folder = directory.appending(path: "sources")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["mono16.flac", "mono.aac", "quad.opus", "vbr.mp3"] {
            try FileManager.default.copyItem(
                at: TestFiles.fixtures.appending(path: "coded/\(name)"), to: folder.appending(path: name))
        }
        for number in 0..<3 {
            var random = RepeatableRandom(seed: UInt64(number))
            var wave = WaveBuilder()
            wave.addFormat()
            wave.add("data", (0..<6_000).flatMap { _ in WaveBuilder.littleEndian(Int16(random.next() >> 54)) })
            wave.add("guan", Array("GUANO|Version: 1.0\nNote: \(number)\n".utf8))
            try Data(wave.bytes).write(to: folder.appending(path: "plain\(number).wav"))
        }
        try Data("gain high\n".utf8).write(to: folder.appending(path: "CONFIG.TXT"))
        return folder
    }

    /// Imports `sources` into `store`, and returns the WAV files that it then has, by their names in a mount.
    private func importAll(_ sources: URL, _ store: URL) throws -> [String: [UInt8]] {
        let run = Zarrwlr.run("import", "--sidecars", "\(store.path)::pond", sources.path)
        #expect(run.status == 0, "\(run.errors)")
        return try files(of: store)
    }

    private func files(of store: URL) throws -> [String: [UInt8]] {
        try TestFiles.withTemporaryDirectory { directory in
            let copy = directory.appending(path: "copy")
            try #require(Zarrwlr.run("extract", store.path, "-o", copy.path).status == 0)
            let names = FileManager.default.enumerator(atPath: copy.path)?.compactMap { $0 as? String } ?? []
            return try Dictionary(
                uniqueKeysWithValues: names.filter { $0.hasSuffix(".wav") }.map {
                    ($0, Array(try Data(contentsOf: copy.appending(path: $0))))
                })
        }
    }

    /// Runs `zarrwlr` with `arguments`, which changes the folder `store`, and returns what it does to that, and what there was before.
    private func record(
        _ arguments: [String], changing store: URL, on fileSystem: ChangeRecorder.FileSystem
    ) throws -> (changes: [RecordedChange], before: SimulatedDisk) {
        let before = try SimulatedDisk(store)
        let (result, changes) = try ChangeRecorder.record(arguments, changing: store, on: fileSystem)
        try #require(result.status == 0, "\(result.errors)")
        var after = before
        for change in changes { try after.apply(change) }
        // The recorder misses nothing.
        let real = try SimulatedDisk(store)
        let isComplete = after.now.bytes == real.now.bytes
        try #require(isComplete)
        return (changes, before)
    }

    /// Records an import of sources of all kinds, and calls `body` with what it does to a store that was not there.
    private func withImport(
        on fileSystem: ChangeRecorder.FileSystem,
        _ body: (Experiment, [RecordedChange], SimulatedDisk) throws -> Void
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = try makeSources(in: directory)
            let store = directory.appending(path: "s.zarr")
            let files = try importAll(sources, directory.appending(path: "whole.zarr"))
            #expect(files.count == 7)
            let arguments = ["import", "--sidecars", "\(store.path)::pond", sources.path]
            let experiment = Experiment(
                store: store, files: files,
                isRight: { names, printed in
                    let promised = printed.split(separator: "\n").compactMap { line -> String? in
                        guard let arrow = line.firstRange(of: " -> ") else { return nil }
                        let source = line[..<arrow.lowerBound].split(separator: "/").last ?? ""
                        return "pond/\(source.prefix { $0 != "." }).wav"
                    }
                    return names.isSubset(of: files.keys) && names.isSuperset(of: promised)
                }, completion: arguments)
            let (changes, before) = try record(arguments, changing: store, on: fileSystem)
            try body(experiment, changes, before)
        }
    }

    @Test(arguments: ChangeRecorder.FileSystem.allCases)
    func `leaves every recording whole that an import has reported, and none in part`(
        fileSystem: ChangeRecorder.FileSystem
    ) throws {
        try withImport(on: fileSystem) { experiment, changes, before in
            let outcome = try experiment.outcome(of: changes, from: before)
            #expect(outcome.problems == [])
            // No recording, one of them, and so on.
            #expect(outcome.count > 7)
        }
    }

    @Test func `would leave recordings in part if an import synced nothing, or only names`() throws {
        try withImport(on: .syncedByFile) { experiment, changes, before in
            let unsynced = changes.filter { if case .synced = $0 { false } else { true } }
            let first = try experiment.outcome(of: unsynced, from: before)
            #expect(first.problems.count == 3)
            let groupsOnly = changes.filter { change in
                guard case .synced(let path) = change else { return true }
                return ["", "pond"].contains(path)
            }
            let second = try experiment.outcome(of: groupsOnly, from: before)
            #expect(second.problems.count == 3)
        }
    }

    @Test func `leaves no file of an extraction under its name that is not whole`() throws {
        try TestFiles.withTemporaryDirectory { directory in
            let store = directory.appending(path: "s.zarr")
            let files = try importAll(makeSources(in: directory), store)
            let folder = directory.appending(path: "extracted")
            let arguments = ["extract", store.path, "-o", folder.path]
            var (changes, disk) = try record(arguments, changing: folder, on: .syncedByFile)
            #expect(changes.count > 7)
            var random = RepeatableRandom(seed: 4)
            var known: [String: Set<SimulatedDisk.State.Content>] = [:]
            for change in changes {
                try disk.apply(change)
                for cut in PowerCut.some(&random) {
                    for (path, content) in disk.state(after: cut).contents where path.hasSuffix(".wav") {
                        if let content { known[path, default: []].insert(content) }
                    }
                }
            }
            let broken = known.filter { path, contents in contents.contains { $0.bytes != files[path] } }.keys.sorted()
            #expect(broken == [])
            #expect(Set(disk.now.bytes.keys).isSuperset(of: files.keys))
        }
    }

    /// What a change of a store makes of its files.
    struct Change {
        let old: Set<String>
        let new: Set<String>
    }

    /// Checks what is left of a store by a command that changes it. `damage` is done to the store before, and repaired by the command.
    private func checkChange(
        _ command: (_ store: String) -> [String], damage: ((_ store: URL) throws -> Void)? = nil,
        isRight: @escaping (_ change: Change, _ names: Set<String>, _ printedLines: Int) -> Bool
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = try makeSources(in: directory)
            let store = directory.appending(path: "s.zarr")
            let old = try importAll(sources, store)
            try damage?(store)
            let changed = directory.appending(path: "changed.zarr")
            try FileManager.default.copyItem(at: store, to: changed)
            #expect(Zarrwlr.run(command(changed.path)).status == 0)
            let new = try files(of: changed)
            let change = Change(old: Set(old.keys), new: Set(new.keys))
            let experiment = Experiment(
                store: store, files: old.merging(new) { one, _ in one }, isFaultless: damage == nil,
                isRight: { isRight(change, $0, $1.split(separator: "\n").count) },
                completion: damage == nil ? [] : command(store.path))
            let (changes, before) = try record(command(store.path), changing: store, on: .syncedByFile)
            let outcome = try experiment.outcome(of: changes, from: before)
            #expect(outcome.problems == [])
            #expect(outcome.count > 1)
        }
    }

    @Test func `leaves what set changes as it was or as it is to be`() throws {
        let changes = ["name=other.wav", "start=2024-05-31T22:39:11Z", "site=south"]
        try checkChange({ ["set", $0, "pond/plain0.wav"] + changes }) { change, names, printedLines in
            names == change.new || printedLines == 0 && names == change.old
        }
    }

    @Test func `leaves a recording that is removed as a whole, or nothing of it`() throws {
        try checkChange({ ["remove", $0, "pond/plain0.wav", "pond/mono.wav"] }) { change, names, printedLines in
            names.isSuperset(of: change.new) && names.isSubset(of: change.old)
                && names.count <= change.old.count - printedLines
        }
    }

    @Test func `leaves a recording that is moved at one of its two places`() throws {
        try checkChange({ ["move", $0, "pond/plain0.wav", "lake/north"] }) { change, names, printedLines in
            names == change.new || printedLines == 0 && names == change.old
        }
    }

    @Test func `leaves every recording readable that is being repaired`() throws {
        try checkChange({ ["check", "--repair", $0] }) { store in
            for array in ["0/aac_index", "1/flac_index", "5/opus_sync", "6/audio_crc32c"] {
                try FileManager.default.removeItem(at: store.appending(path: "pond/\(array)"))
            }
        } isRight: { change, names, _ in
            names == change.old
        }
    }
}
