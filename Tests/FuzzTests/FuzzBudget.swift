import Foundation

/// What is tried, and how long: `FUZZ_SEED`, `FUZZ_SECONDS`, `FUZZ_ONLY` and `FUZZ_KEEP` of the environment. Without them, the same mutants
/// are tried in every run.
struct FuzzBudget {
    /// After so many faults a run ends.
    static let faultLimit = 20
    /// How many mutants are tried if it is not said how long.
    private static let standardCount = 60

    /// Mutants are made from it, the same in every run.
    let seed: UInt64
    /// The number of the one mutant that is tried; nil if many are.
    let only: Int?
    /// The folder in which the one mutant that is tried stays afterwards; nil if it does not.
    let kept: URL?
    private let seconds: Double?

    /// The budget that the environment gives.
    init() {
        let environment = ProcessInfo.processInfo.environment
        seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
        seconds = environment["FUZZ_SECONDS"].flatMap { Double($0) }
        only = environment["FUZZ_ONLY"].flatMap { Int($0) }
        kept = environment["FUZZ_KEEP"].map { URL(filePath: $0) }
    }

    /// Whether more mutants are to be tried than the `count` that took `duration`.
    func allowsMore(than count: Int, after duration: Duration) -> Bool {
        seconds.map { duration < .seconds($0) } ?? (count < Self.standardCount)
    }
}
