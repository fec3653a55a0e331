import Foundation
import Support
import TestSupport
import Testing

/// Random commands that change a store, and random calls that read mounts of it, compared with a model. A seed repeats a run.
struct ModelRun {
    /// What all random numbers follow from.
    let seed: UInt64
    /// The readers at one time.
    var readers = 4
    /// The calls of each reader in one mount.
    var steps: Int

    /// Mounts a store of its own `rounds` times, unless `goesOn` returns false before, and records an issue for the first that differs.
    func run(rounds: Int, while goesOn: () -> Bool = { true }) throws {
        try TestFiles.withTemporaryDirectory { directory in
            var model = try StoreModel(in: directory)
            var random = RepeatableRandom(seed: seed)
            var history: [String] = []
            for round in 0..<rounds {
                guard goesOn() else { return }
                do {
                    for _ in 0..<(round == 0 ? 10 : 4) { history.append(try model.change(&random)) }
                    let differences = try mountAndRead(&model, directory, &random, &history)
                    guard differences.isEmpty else { throw StoreModel.Fault(description: differences[0]) }
                    try model.check()
                } catch {
                    Issue.record("seed \(seed), round \(round): \(error)\n\(history.joined(separator: "\n"))")
                    return
                }
            }
        }
    }

    private func mountAndRead(
        _ model: inout StoreModel, _ directory: URL, _ random: inout RepeatableRandom, _ history: inout [String]
    ) throws -> [String] {
        let folder = directory.appending(path: "model")
        try model.write(to: folder)
        let choices = ["cache_mb=0", "cache_mb=1", "cache_mb=64,noprefetch", "catalogue=off", "max_threads=1"]
        // The model's files have plain headers.
        let views = "metadata=none,views=\(ModelReader.views.joined(separator: ":")),part_size=128K"
        let options = "\(choices.randomElement(using: &random) ?? ""),\(views)"
        history.append("mount -o \(options)")
        let findings = ModelFindings(shown: model)
        let (seeds, change) = ((0..<readers).map { _ in random.next() }, random.next())
        let (readers, steps, shown) = (readers, steps, model)
        try MountedStore.with(model.store.path, ["-o", options]) { mounted in
            let mountpoint = mounted.mountpoint
            if let difference = try ModelReader(mountpoint, model: folder, of: shown, seed: 0).compareAll() {
                return findings.add(difference, at: "at first")
            }
            Parallel.forEach(count: readers + 1, threads: readers + 1) { number in
                do {
                    guard number < readers else { return try findings.change(seed: change) }
                    var reader = try ModelReader(mountpoint, model: folder, of: shown, seed: seeds[number])
                    for step in 0..<steps {
                        if let difference = reader.step() {
                            findings.add(difference, at: "reader \(number), step \(step)")
                        }
                    }
                } catch {
                    findings.add(error)
                }
            }
            if let difference = try settledDifference(mountpoint, findings.model, directory) {
                findings.add(StoreModel.Fault(description: "at last: \(difference)"))
            }
        }
        model = findings.model
        history += findings.changes
        return findings.differences
    }

    /// What still differs from `model`, which the store was changed to, when the mount has had time to notice; nil if nothing does.
    private func settledDifference(
        _ mountpoint: URL, _ model: StoreModel, _ directory: URL
    ) throws -> ModelReader.Difference? {
        let folder = directory.appending(path: "settled")
        try model.write(to: folder)
        let reader = try ModelReader(mountpoint, model: folder, of: model, seed: 0)
        var difference: ModelReader.Difference?
        _ = eventually {
            difference = reader.compareAll()
            return difference == nil
        }
        return difference
    }
}
