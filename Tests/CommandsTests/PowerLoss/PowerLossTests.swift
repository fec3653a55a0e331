import Foundation
import TestSupport
import Testing

/// What a store is after a power cut at any moment while a command changes it. The command is run once and what it does to its files is
/// recorded. For each moment, states are made that a file system may leave, and each is looked at as a store.
@Suite(.enabled(if: ChangeRecorder.isPossible, "needs a C compiler"), .timeLimit(.minutes(5)))
struct `A power cut` {
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
        _ body: (PowerCutExperiment, [RecordedChange], SimulatedDisk) throws -> Void
    ) throws {
        try TestFiles.withTemporaryDirectory { directory in
            let sources = try makeSources(in: directory)
            let store = directory.appending(path: "s.zarr")
            let files = try importAll(sources, directory.appending(path: "whole.zarr"))
            #expect(files.count == 7)
            let arguments = ["import", "--sidecars", "\(store.path)::pond", sources.path]
            let experiment = PowerCutExperiment(
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
                for cut in SimulatedDisk.PowerCut.some(&random) {
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
            let experiment = PowerCutExperiment(
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
