import Foundation
import TestSupport

/// Many mutants tried at once, since starting a program takes longer than most of them do.
protocol Trial {
    /// Tries the mutants with `numbers` of `seed`, in the empty folder `folder`. Throws `Crash` if a program did not end by itself.
    func faults(of numbers: [Int], seed: UInt64, in folder: URL) throws -> [MutantFault]
    /// Says what is wrong with a mutant.
    func description(of number: Int, seed: UInt64) -> String
    /// How many mutants are tried at once.
    var batchSize: Int { get }
}

/// What went wrong with one mutant.
struct MutantFault: CustomStringConvertible {
    let mutant: String
    let problem: String

    var description: String { "\(mutant): \(problem)" }
}

/// A program that did not end by itself, whatever mutant was the reason.
struct Crash: Error {
    let problem: String
}

extension Trial {
    /// Tries as many mutants as `budget` allows, and returns what went wrong with them, and how many there were.
    func run(_ budget: FuzzBudget) throws -> (faults: [MutantFault], count: Int) {
        if let only = budget.only { return (try bisected([only], seed: budget.seed, keeping: budget.kept), 1) }
        let began = ContinuousClock.now
        var (faults, count) = ([MutantFault](), 0)
        while budget.allowsMore(than: count, after: ContinuousClock.now - began), faults.count < FuzzBudget.faultLimit {
            faults += try bisected(Array(count..<count + batchSize), seed: budget.seed)
            count += batchSize
        }
        return (faults, count)
    }

    /// The faults of the mutants with `numbers`; of those that end a program, too. What was tried stays in the folder `kept`, if that is
    /// given.
    private func bisected(_ numbers: [Int], seed: UInt64, keeping kept: URL? = nil) throws -> [MutantFault] {
        do {
            guard let kept else {
                return try TestFiles.withTemporaryDirectory { try faults(of: numbers, seed: seed, in: $0) }
            }
            try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
            return try faults(of: numbers, seed: seed, in: kept)
        } catch let crash as Crash {
            guard numbers.count > 1 else {
                return [MutantFault(mutant: description(of: numbers[0], seed: seed), problem: crash.problem)]
            }
            let middle = numbers.count / 2
            let found = try [numbers[..<middle], numbers[middle...]].flatMap { try bisected(Array($0), seed: seed) }
            guard found.isEmpty else { return found }
            return [MutantFault(mutant: "seed \(seed), mutants \(numbers) together", problem: crash.problem)]
        }
    }
}
