import Foundation
import TestSupport
import Testing

extension Mounts {
    /// Mounts compared with a folder of decoded WAV files: see `ModelRun`. `ZARRWLR_MODEL_SECONDS` makes it as long as one likes, and
    /// `ZARRWLR_MODEL_SEED` repeats a run that has failed.
    @Suite struct ReferenceModel {
        @Test func `a mount of a store that commands change shows what a folder of decoded files shows`() throws {
            let environment = ProcessInfo.processInfo.environment
            let given = environment["ZARRWLR_MODEL_SEED"].flatMap { UInt64($0) }
            guard let seconds = environment["ZARRWLR_MODEL_SECONDS"].flatMap(Double.init) else {
                return try ModelRun(seed: given ?? 1, steps: 150).run(rounds: 3)
            }
            let end = ContinuousClock.now + .seconds(seconds)
            var seed = given ?? UInt64.random(in: 0..<1 << 32)
            repeat {
                print("reference model: seed \(seed)")
                try ModelRun(seed: seed, steps: 400).run(rounds: 10) { ContinuousClock.now < end }
                seed += 1
            } while ContinuousClock.now < end
        }
    }
}
