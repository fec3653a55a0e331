import Support
import Synchronization
import Testing

@testable import Recordings

/// Work that is given up: it says nothing about a recording, and leaves nothing behind.
struct CancellationTests {
    private static let given = Cancellation { .interrupted }

    @Test(arguments: StreamFixture.all)
    func `a recording that was not examined, opened or decoded to its end is as before`(_ fixture: StreamFixture) throws
    {
        let whole = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        try OpenedRecording.with(fixture) { opened in
            Self.given.run { opened.catalogue.learn() }
            #expect(opened.catalogue.counts.learned == 0)
            #expect(opened.catalogue.counts.problems == 0)
            let contents = opened.catalogue.root.list()
            let error = #expect(throws: RecordingError.self) { try Self.given.run { _ = try contents.facts(of: 0) } }
            #expect(error?.isCancellation == true)
            let recording = try contents.recording(0)
            let reading = #expect(throws: RecordingError.self) {
                try Self.given.run { _ = try recording.samples.read(bytes: 0..<1_000) }
            }
            #expect(reading?.isCancellation == true)
            let isSame = try recording.allBytes() == whole
            #expect(isSame)
            #expect(opened.catalogue.counts.learned == 1)
            #expect(opened.catalogue.counts.problems == 0)
        }
    }

    @Test func `a decode that takes long ends soon after it is cancelled`() throws {
        let fixture = try StreamFixture.named("celt.opus")
        try OpenedRecording.with(fixture) { opened in
            let recording = try opened.recording
            let looks = Atomic<Int>(0)
            // Some looks are taken on the way to the first packet.
            let soon = Cancellation { looks.add(1, ordering: .relaxed).newValue > 20 ? .interrupted : nil }
            let end = recording.dataByteCount
            let error = #expect(throws: RecordingError.self) {
                try soon.run { _ = try recording.samples.read(bytes: end - 100..<end) }
            }
            #expect(error?.isCancellation == true)
            #expect(looks.load(ordering: .relaxed) < 40)
            #expect(try recording.samples.read(bytes: end - 100..<end).reduce(0) { $0 + $1.count } == 100)
        }
    }
}
