import Recordings
import TestSupport
import Testing

struct FLACLengthTests {
    @Test(arguments: [(nil, 48_000), (30_000, 30_000), (48_001, 48_000), (1 << 60, 48_000), (0, 0)])
    func `a count of samples in the attributes shortens a FLAC recording, and never makes it longer than its frames`(
        counted: Int?, expected: UInt64
    ) throws {
        let fixture = try StreamFixture.named("fixed.flac")
        try OpenedRecording.with { store in
            try store.addRecording(
                "0", codec: "flac", blob: fixture.bytes, attributes: counted.map { ["total_samples": $0] } ?? [:])
        } _: { opened in
            let recording = try opened.recording
            #expect(recording.sampleCount == expected)
            #expect(try recording.allBytes().count == Int(expected) * 2)
        }
    }
}
