import Foundation
import TestSupport

/// Damaged recordings, many in one store, given to every command and to a mount.
///
/// Each is in a group of its own, `m` and its number. Whatever was damaged: every byte that is given is that of the whole recording,
/// or `check --deep` names the recording; and what cannot be read is named by it, too.
struct StoreTrial: Trial {
    let templates: StoreTemplates
    let batchSize = 60

    /// A damaged recording.
    private struct Mutant {
        let number: Int
        let template: StoreTemplates.Template
        let report: StoreDamage.Report
        /// Whether something was damaged: what is swapped may be the same.
        let isChanged: Bool

        var group: String { "m\(number)" }
        var text: String { "\(template.name): \(report.text)" }
    }

    /// What a check says of the groups of a store.
    private struct CheckReport: Decodable {
        struct Finding: Decodable {
            let path: String
        }

        let findings: [Finding]

        var groups: Set<String> { Set(findings.map { String($0.path.prefix { $0 != "/" }) }) }
    }

    func description(of number: Int, seed: UInt64) -> String {
        let text = try? TestFiles.withTemporaryDirectory { try makeMutant(number, seed: seed, in: $0).text }
        return "seed \(seed), mutant \(number): \(text ?? "")"
    }

    /// Makes the mutant `number` of `seed` in the store at `store`.
    private func makeMutant(_ number: Int, seed: UInt64, in store: URL) throws -> Mutant {
        var random = RepeatableRandom(seed: seed &* 1_000_003 &+ UInt64(number))
        _ = random.next()
        let template = templates.all[Int.random(in: 0..<templates.all.count, using: &random)]
        let foreign = templates.all[Int.random(in: 0..<templates.all.count, using: &random)]
        let folder = store.appending(path: "m\(number)")
        try FileManager.default.copyItem(at: templates.store.appending(path: template.name), to: folder)
        var report = StoreDamage.Report(text: "")
        for _ in 0..<(Int.random(in: 0..<8, using: &random) == 0 ? 2 : 1) {
            let damage = StoreDamage.random(&random)
            let one = try damage.apply(
                in: folder, foreign: templates.store.appending(path: foreign.name), by: &random)
            report.text += (report.text.isEmpty ? "" : "; ") + one.text
            report.isOfChunks = report.isOfChunks && one.isOfChunks
            report.isLonger = report.isLonger || one.isLonger
            report.losesChecksums = report.losesChecksums || one.losesChecksums
        }
        let whole = templates.store.appending(path: template.name)
        let isChanged = !FileManager.default.contentsEqual(atPath: folder.path, andPath: whole.path)
        return Mutant(number: number, template: template, report: report, isChanged: isChanged)
    }

    func faults(of numbers: [Int], seed: UInt64, in folder: URL) throws -> [MutantFault] {
        let store = folder.appending(path: "store.zarr")
        try FileManager.default.createDirectory(at: store, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: templates.store.appending(path: "zarr.json"), to: store.appending(path: "zarr.json"))
        let mutants = try numbers.map { try makeMutant($0, seed: seed, in: store) }
        let seconds = 20 + mutants.count
        let catalogue = ["--catalogue", folder.appending(path: "catalogue").path]

        func zarrwlr(_ arguments: [String]) throws -> ProgramResult {
            let ended = try LimitedRun("zarrwlr", arguments, seconds: seconds)
            if let failure = ended.failure { throw Crash(problem: failure) }
            return ended.result
        }
        for form in ["--json", "--csv"] { _ = try zarrwlr(["list", form, store.path] + catalogue) }
        for mutant in mutants where mutant.number % 8 == 0 {
            _ = try zarrwlr(["info", "--json", store.path, "\(mutant.group)/0"] + catalogue)
        }
        let named = try checked(store, zarrwlr)
        let copies = folder.appending(path: "copies")
        _ = try zarrwlr(["extract", "--json", store.path, "-o", copies.path])
        _ = try zarrwlr(["extract", "--json", "--source", store.path, "-o", folder.appending(path: "sources").path])
        var faults = try mutants.flatMap { try faultsOfCopies($0, below: copies, named: named, seed: seed) }
        if MountReading.isPossible {
            let reading = try MountReading(store, in: folder, seconds: 10 * seconds)
            faults += mutants.flatMap { self.faults(of: $0, in: reading, named: named, seed: seed) }
        }
        _ = try zarrwlr(["check", "--repair", store.path])
        let left = try checked(store, zarrwlr)
        let repaired = folder.appending(path: "repaired")
        _ = try zarrwlr(["extract", "--json", store.path, "-o", repaired.path])
        return try faults
            + mutants.flatMap { try faultsOfCopies($0, below: repaired, named: left, isRepaired: true, seed: seed) }
    }

    /// The groups of `store` of which a deep check says something.
    private func checked(_ store: URL, _ zarrwlr: ([String]) throws -> ProgramResult) throws -> Set<String> {
        let report = try zarrwlr(["check", "--deep", "--json", store.path])
        guard let groups = try? JSONDecoder().decode(CheckReport.self, from: report.output).groups else {
            throw Crash(problem: "check --json prints no report: \(report.errors.suffix(400))")
        }
        return groups
    }

    /// What is wrong with the files that were copied of `mutant`, of which a check says something if it is among those `named`.
    private func faultsOfCopies(
        _ mutant: Mutant, below folder: URL, named: Set<String>, isRepaired: Bool = false, seed: UInt64
    ) throws -> [MutantFault] {
        let group = folder.appending(path: mutant.group)
        let names = (try? StoreDamage.files(below: group)) ?? []
        for name in names {
            let isRight = try [UInt8](Data(contentsOf: group.appending(path: name))) == mutant.template.wave
            // A repair makes new checksums for those that cannot be read, of whatever there is.
            let isNamed = isRepaired && named.contains(mutant.group)
            if !isRight, !isNamed, !mayDiffer(mutant, named) { return [fault(mutant, "wrong bytes are copied", seed)] }
        }
        guard names.isEmpty, !mayBeMissing(mutant, named) else { return [] }
        return [fault(mutant, "is not copied, and a check does not say why", seed)]
    }

    /// What is wrong with what a mount gives of `mutant`.
    private func faults(
        of mutant: Mutant, in reading: MountReading, named: Set<String>, seed: UInt64
    ) -> [MutantFault] {
        let files = reading.files[mutant.group] ?? []
        let wave = mutant.template.wave
        let isRight = files.allSatisfy { file in
            file.size == wave.count
                && zip(stride(from: 0, to: wave.count, by: MountReading.pieceByteCount), file.pieces).allSatisfy {
                    $1 == nil || $1?.elementsEqual(wave[$0...].prefix(MountReading.pieceByteCount)) == true
                }
        }
        let isWhole = files.count == 1 && files[0].pieces.allSatisfy { $0 != nil }
        if !isRight, !mayDiffer(mutant, named) { return [fault(mutant, "wrong bytes are served", seed)] }
        if !isWhole, !mayBeMissing(mutant, named) {
            return [fault(mutant, "cannot be read, and a check does not say why", seed)]
        }
        guard !named.contains(mutant.group) else { return [] }
        guard mutant.isChanged, mutant.report.isOfChunks, !mutant.report.isLonger, mutant.template.isChecked else {
            return []
        }
        return [fault(mutant, "a check does not find the damage", seed)]
    }

    /// Whether bytes of `mutant` may be others than those of the whole recording.
    private func mayDiffer(_ mutant: Mutant, _ named: Set<String>) -> Bool {
        guard mutant.template.isChecked || mutant.template.isProved, !mutant.report.losesChecksums else { return true }
        return (!mutant.report.isOfChunks || mutant.template.isProved) && named.contains(mutant.group)
    }

    /// Whether bytes of `mutant` may be missing. Nothing but its document says that a plain array is one.
    private func mayBeMissing(_ mutant: Mutant, _ named: Set<String>) -> Bool {
        named.contains(mutant.group) || mutant.template.name == "plain" && !mutant.report.isOfChunks
    }

    private func fault(_ mutant: Mutant, _ problem: String, _ seed: UInt64) -> MutantFault {
        MutantFault(mutant: "seed \(seed), mutant \(mutant.number): \(mutant.text)", problem: problem)
    }
}
