import Testing

@testable import Recordings

struct RecordingPageTests {
    @Test func `all recordings of a page are forgotten and learned anew as often as they change`() throws {
        let example = try #require(`The facts of a recording`.examples.first)
        var draft = RecordingPage.Draft()
        for number in 0..<RecordingPage.capacity {
            draft.add(
                "\(number)",
                found: FoundRecording(sourceName: "", isArray: false, mayRestoreSource: false, stamp: 1))
        }
        let page = RecordingPage(draft)
        for round in 0..<6 {
            for slot in 0..<page.count {
                let packed = try page.facts(
                    of: slot,
                    learn: { _ in
                        var facts = example
                        facts.sampleCount = UInt64(1000 * round + slot)
                        return .success(facts.packed)
                    }, count: { _, _ in })
                let facts = try #require(RecordingFacts(packed: packed, path: example.path))
                #expect(facts.sampleCount == UInt64(1000 * round + slot))
            }
            // In another order than they are learned.
            for slot in (0..<page.count).reversed() where round < 5 { #expect(page.forget(slot) != nil) }
        }
        for (slot, packed, _) in page.learnedFacts {
            #expect(RecordingFacts(packed: packed, path: example.path)?.sampleCount == UInt64(5000 + slot))
        }
    }
}
