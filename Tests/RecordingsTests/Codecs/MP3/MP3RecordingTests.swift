import Foundation
import Support
import TestSupport
import Testing

@testable import Recordings

struct MP3RecordingTests {
    /// Attributes of a recording whose source had the SHA-256 of `bytes`.
    private static func group(of bytes: [UInt8]) throws -> [String: Any] {
        ["base_features": ["filename": "source.mp3", "sha256": try Digest.sha256(bytes)]]
    }

    /// The fixture's stream with a tag and then noise between two of its frames, which it does not belong to.
    private static func interrupted(_ fixture: StreamFixture) throws -> [UInt8] {
        let place = Int(try fixture.indexRows[20][0])
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 10] + [UInt8](repeating: 0xFF, count: 10)
        let noise = (0..<77).map { UInt8($0) }
        var bytes = try fixture.bytes
        bytes.insert(contentsOf: tag + noise, at: place)
        return bytes
    }

    @Test func `attributes decide which samples of an MP3 stream are the recording, and else its header frame`() throws
    {
        let fixture = try StreamFixture.named("reservoir.mp3")
        let heard = try OpenedRecording.with(fixture) { try $0.recording.allBytes() }
        let attributes: [([String: Any], skipped: Int, count: Int)] = [
            (["priming_samples": 1_105, "total_samples": 5_000], 0, 5_000),
            (["priming_samples": 1_205, "total_samples": 7], 100, 7), ([:], 0, heard.count / 4),
        ]
        for (attributes, skipped, count) in attributes {
            try OpenedRecording.with { store in
                try store.addRecording("0", codec: "mp3", blob: fixture.bytes, attributes: attributes)
            } _: { opened in
                let bytes = try opened.recording.allBytes()
                #expect(bytes == Array(heard[(skipped * 4)..<((skipped + count) * 4)]))
            }
        }
    }

    @Test func `what lies between the frames of an MP3 file is no fault if the file is the source`() throws {
        let bytes = try Self.interrupted(StreamFixture.named("reservoir.mp3"))
        try Checked.with { store in
            try store.addRecording("0", codec: "mp3", blob: bytes, groupAttributes: Self.group(of: bytes))
        } _: { directory in
            let repaired = try Checked(directory, isRepairing: true)
            #expect(repaired.summary.repaired == 2)
            for isDeep in [false, true] { #expect(try Checked(directory, isDeep: isDeep).problems.isEmpty) }
        }
    }

    @Test func `what lies between the frames of an MP3 file is a fault if nothing says what the source was`() throws {
        let fixture = try StreamFixture.named("reservoir.mp3")
        let place = try fixture.indexRows[20][0]
        let bytes = try Self.interrupted(fixture)
        try Checked.with { store in
            try store.addRecording("0", codec: "mp3", blob: bytes)
        } _: { directory in
            let problems = try Checked(directory).problems
            #expect(
                problems.contains { $0.contains("bytes \(place)..<\(place + 97) of the stream hold no intact frame") })
        }
    }

    @Test func `a check finds every flipped bit of an MP3 file by the hash of its source`() throws {
        let fixture = try StreamFixture.named("layer2.mp2")
        let bytes = try fixture.bytes
        var random = RepeatableRandom(seed: 3)
        for _ in 0..<20 {
            var damaged = bytes
            damaged[Int.random(in: damaged.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try Checked.with { store in
                try store.addRecording("0", codec: "mp3", blob: damaged, groupAttributes: Self.group(of: bytes))
                try store.addTable("0/mp3_index", rows: fixture.indexRows)
            } _: { directory in
                let problems = try Checked(directory).problems
                #expect(problems.first == "the stream is not the source file: its SHA-256 is another")
            }
        }
    }

    @Test func `an MP3 stream that is not supported is a problem that names why`() throws {
        let freeFormat = Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "coded/freeformat.mp3")))
        let cases: [([UInt8], String)] = [
            (freeFormat, "free format is not supported"), ([1, 2, 3], "the stream has no frame"), ([], ""),
        ]
        for (blob, reason) in cases {
            try OpenedRecording.with { store in
                try store.addRecording("0", codec: "mp3", blob: blob)
            } _: { opened in
                #expect(opened.catalogue.recordings.isEmpty)
                #expect(opened.catalogue.problems.count == 1)
                #expect(opened.catalogue.problems.first?.description.contains(reason) == true || reason.isEmpty)
            }
        }
    }
}
