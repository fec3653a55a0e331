import Foundation
import TestSupport
import Testing

/// Damage at random, the same in every run. `make fuzz` goes on for longer, and with other seeds.
@Suite(.serialized) struct FuzzTests {
    @Test func `whatever is damaged in a store, no program traps or hangs, and nothing wrong is taken for right`()
        throws
    {
        try TestFiles.withTemporaryDirectory { folder in
            let trial = StoreTrial(templates: try StoreTemplates(in: folder))
            let (faults, count) = try trial.run(FuzzBudget())
            print("\(count) damaged recordings tried")
            for fault in faults { Issue.record("\(fault)") }
        }
    }

    @Test func `whatever is damaged in a source, an import takes it, refuses it or says what is lost`() throws {
        let trial = try TestFiles.withTemporaryDirectory { try SourceTrial(templates: SourceTemplates(in: $0)) }
        let (faults, count) = try trial.run(FuzzBudget())
        print("\(count) damaged sources tried")
        for fault in faults { Issue.record("\(fault)") }
    }
}
