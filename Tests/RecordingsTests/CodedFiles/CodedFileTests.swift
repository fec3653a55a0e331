import AudioCoding
import Foundation
import Support
import TestSupport
import Testing
import WaveFile
import Zarr

@testable import Recordings

extension Recording {
    /// The bytes of its coded file, read `size` at a time.
    fileprivate func codedFileBytes(readSize size: UInt64 = 1 << 20) throws -> [UInt8] {
        let file = try #require(codedFile)
        let tags = RecordingTags(facts)
        let count = try file.codedBodyByteCount()
        var bytes = try file.codedHead(tags)
        for start in stride(from: 0, to: count, by: Int(size)) {
            bytes += try file.codedBody(start..<min(start + size, count), tags).flatMap { Array($0.bytes) }
        }
        return bytes
    }
}

struct CodedFileTests {
    private func codedFile(of fixture: StreamFixture, group: [String: Any]) throws -> (CodedFileOutline?, [UInt8]) {
        try OpenedRecording.with { store in
            try store.addRecording("0", codec: fixture.codec, blob: fixture.bytes, groupAttributes: group)
        } _: { opened in
            let recording = try opened.recording
            return (recording.facts.codedFile, try recording.codedFileBytes())
        }
    }

    @Test(arguments: StreamFixture.all)
    func `a stream whose source's length the store does not say is a file as it is`(_ fixture: StreamFixture) throws {
        let (outline, bytes) = try codedFile(of: fixture, group: [:])
        let isSame = try bytes == fixture.bytes
        #expect(isSame)
        let form: CodedFileOutline.Form = fixture.codec == "aac" ? .frames : .stream
        #expect(outline == CodedFileOutline(form: form, byteCount: UInt64(bytes.count)))
    }

    @Test(arguments: StreamFixture.all)
    func `a stream that is as long as its source is the source, if the codec keeps whole files`(
        _ fixture: StreamFixture
    ) throws {
        let source: [String: Any] = ["filename": "a", "size_bytes": try fixture.bytes.count]
        let (outline, bytes) = try codedFile(of: fixture, group: ["base_features": source])
        let isSame = try bytes == fixture.bytes
        #expect(isSame)
        #expect(outline?.isSource == ["flac", "mp3", "vorbis"].contains(fixture.codec))
    }

    @Test func `FLAC that was encoded has tags of the facts, and the frames that are stored`() throws {
        let fixture = try StreamFixture.named("fixed.flac")
        let stored = try fixture.bytes
        let group: [String: Any] = [
            "base_features": ["filename": "dawn.wav", "size_bytes": 1_000_000],
            "source_metadata": [
                "guano": ["Make": "Wildlife Acoustics", "Model": "SM4", "Serial": "S4A1", "Loc Position": "48.25 16.5"]
            ],
        ]
        try OpenedRecording.with { store in
            try store.addRecording(
                "0", codec: "flac", blob: stored,
                attributes: ["first_sample_time_stamp": "2025-06-18T05:00:00+02:00"], groupAttributes: group)
            try store.addTable("0/flac_index", rows: fixture.indexRows)
        } _: { opened in
            let recording = try opened.recording
            let bytes = try recording.codedFileBytes()
            let byteCount = recording.facts.codedFile?.fileByteCount(
                sampleCount: recording.sampleCount, RecordingTags(recording.facts))
            #expect(byteCount == UInt64(bytes.count))
            let text = String(decoding: bytes.prefix(400), as: UTF8.self)
            for tag in [
                "TITLE=dawn.wav", "DATE=2025-06-18T05:00:00+02:00", "ARTIST=Wildlife Acoustics SM4 S4A1",
                "LOCATION=48.25 16.5",
            ] { #expect(text.contains(tag), "\(tag)") }
            let (old, new) = (try metadata(of: stored), try metadata(of: bytes))
            let isSame = bytes.dropFirst(Int(new.firstFrameOffset)).elementsEqual(
                stored.dropFirst(Int(old.firstFrameOffset)))
            #expect(isSame)
            #expect(new.streamInfo.totalSamples == recording.sampleCount)
            #expect(new.streamInfo.md5 == old.streamInfo.md5)
            let shared = RecordingTags(recording.facts.shown(.all.subtracting(.location)))
            let hidden = try recording.codedFile?.codedHead(shared)
            #expect(hidden.map { String(decoding: $0, as: UTF8.self).contains("LOCATION") } == false)
            let digest = try OpenedRecording.with(fixture, blob: bytes) {
                try Digest.sha256($0.recording.allBytes())
            }
            #expect(try digest == fixture.decodedSHA256)
        }
    }

    private func metadata(of bytes: [UInt8]) throws -> FLACMetadata {
        try FLACMetadata(
            of: CodedStream(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) })
    }

    @Test func `without locations, no file is shown that may have the source's tags`() throws {
        let isShown = try StreamFixture.all.map { fixture in
            try OpenedRecording.with(fixture) {
                try $0.recording.facts.shown(.all.subtracting(.location)).codedFile != nil
            }
        }
        #expect(isShown == StreamFixture.all.map { $0.codec == "aac" })
    }

    @Test func `samples that are not coded are in no coded file`() throws {
        try OpenedRecording.with { store in
            try store.addArray(
                "a", shape: [4], type: "int16", bytes: Array(0..<8), attributes: ["sample_rate": 48_000])
        } _: { opened in
            try #expect(opened.recording.codedFile == nil)
            try #expect(opened.recording.facts.codedFile == nil)
        }
    }
}

/// Opus packets that are stored end to end.
struct OpusFileTests {
    private func open<T>(
        _ packets: PacketArrays, attributes: [String: Any] = [:], budget: Int = 16 << 20,
        _ body: (Recording) throws -> T
    ) throws -> T {
        try OpenedRecording.with(budget: budget) {
            try packets.add("0", to: $0, attributes: attributes)
        } _: {
            try body($0.recording)
        }
    }

    @Test(arguments: ["celt.opus", "silk.opus"])
    func `an Ogg Opus file of stored packets decodes to the samples of the recording`(name: String) throws {
        let fixture = try StreamFixture.named(name)
        let sampleCount = try OpenedRecording.with(fixture) { try $0.recording.sampleCount }
        let packets = try PacketArrays(fixture)
        let bytes = try open(packets, attributes: ["total_samples": sampleCount]) { recording in
            #expect(recording.facts.codedFile?.form == .opusPackets)
            return try recording.codedFileBytes()
        }
        try OpenedRecording.with(fixture, blob: bytes) { opened in
            #expect(try opened.recording.sampleCount == sampleCount)
            let digest = try Digest.sha256(opened.recording.allBytes())
            #expect(try digest == fixture.decodedSHA256)
        }
    }

    @Test func `an Ogg Opus file reads the same in ranges of any size, with any cache`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let whole = try open(packets) { try $0.codedFileBytes() }
        for budget in [0, 16 << 20] {
            try open(packets, budget: budget) { recording in
                let file = try #require(recording.codedFile)
                let tags = RecordingTags(recording.facts)
                let head = UInt64(try file.codedHead(tags).count)
                #expect(try file.codedBodyByteCount() + head == UInt64(whole.count))
                var random = RepeatableRandom(seed: 5)
                for _ in 0..<200 {
                    let range = random.range(within: UInt64(whole.count) - head, longest: 20_000)
                    let bytes = try file.codedBody(range, tags).flatMap { Array($0.bytes) }
                    let isSame = bytes.elementsEqual(whole[Int(range.lowerBound + head)..<Int(range.upperBound + head)])
                    #expect(isSame, "\(range)")
                }
            }
        }
    }

    @Test func `the header has the recording's own pre-skip, and the last page ends at its last sample`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let attributes: [String: Any] = ["priming_samples": 1_000, "total_samples": 100_000]
        let (bytes, samples) = try open(packets, attributes: attributes) {
            (try $0.codedFileBytes(), try $0.allBytes())
        }
        try OpenedRecording.with {
            try $0.addRecording("0", codec: "opus", blob: bytes)
        } _: { opened in
            #expect(try opened.recording.sampleCount == 100_000)
            let isSame = try opened.recording.allBytes() == samples
            #expect(isSame)
        }
        // Packets behind that are left out.
        #expect(bytes.count < packets.blob.count * 9 / 10)
    }

    @Test func `packets of 120 ms, of several pages, and of no bytes at all are put on pages`() throws {
        var packets = try PacketArrays(StreamFixture.named("celt.opus"))
        packets.rows = []
        packets.blob = []
        // Code 3 packets of CELT: six frames of 20 ms, with padding of any length.
        for padding in [0, 300, 20_000, 40_000, 3] {
            let count = padding / 254
            let packet: [UInt8] =
                [31 << 3 | 3, 0x46] + Array(repeating: 255, count: count) + [UInt8(padding % 254)]
                + Array(repeating: 0, count: padding)
            packets.append(packet, sampleCount: 5_760)
        }
        let bytes = try open(packets) { try $0.codedFileBytes() }
        var scanner = OggPacketScanner()
        let found = try bytes.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        #expect(found.map(\.byteCount).map(UInt64.init) == packets.rows.map { $0[1] })
        #expect(found.allSatisfy { $0.sampleCount == 5_760 })
    }

    @Test func `a packet whose place is lost makes its second unreadable, and no other`() throws {
        var packets = try PacketArrays(StreamFixture.named("celt.opus"))
        let whole = try open(packets) { try $0.codedFileBytes() }
        packets.rows[120][0] = UInt64(packets.blob.count)
        try open(packets) { recording in
            let file = try #require(recording.codedFile)
            let tags = RecordingTags(recording.facts)
            let head = try file.codedHead(tags).count
            let count = Int(try file.codedBodyByteCount())
            #expect(count < whole.count - head)
            var unreadable = 0
            for start in stride(from: 0, to: count, by: 500) {
                let range = UInt64(start)..<UInt64(min(start + 500, count))
                do {
                    let bytes = try file.codedBody(range, tags).flatMap { Array($0.bytes) }
                    #expect(bytes.count == range.count)
                } catch {
                    unreadable += 1
                }
            }
            #expect(unreadable > 0)
            #expect(unreadable * 500 < 3 * packets.blob.count / (packets.rows.count / 50))
        }
    }

    @Test func `where pages are is kept in the catalogue's file, and used only for the same index`() throws {
        let packets = try PacketArrays(StreamFixture.named("celt.opus"))
        try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory.appending(path: "a.zarr"), attributes: TestStore.audioGroup)
            try packets.add("0", to: store)
            let path = directory.appending(path: "catalogue.sqlite").path
            /// How often the index is read for the size of the file, in a mount of its own.
            func indexReads() throws -> Int {
                let counting = CountingStore(try DirectoryStore(path: store.directory.path))
                let catalogue = try Catalogue(
                    store: counting, cache: BlockCache(budget: 16 << 20), file: CatalogueFile(path: path, log: .silent),
                    log: .silent)
                let recording = try #require(catalogue.recordings.first)
                let file = try #require(recording.codedFile)
                _ = try file.codedHead(RecordingTags(recording.facts))
                _ = counting.takeIndexReads()
                byteCounts.append(try file.codedBodyByteCount())
                return counting.takeIndexReads()
            }
            var byteCounts: [UInt64] = []
            // The first and the last row, and all rows.
            #expect(try indexReads() == 3)
            #expect(try indexReads() == 2)
            let longer = packets.rows.map { [$0[0], $0[1] + ($0[0] == 0 ? 300 : 0)] + $0.dropFirst(2) }
            try FileManager.default.removeItem(at: store.directory.appending(path: "0/opus_index"))
            try store.addTable("0/opus_index", rows: longer)
            #expect(try indexReads() == 3)
            #expect(byteCounts[1] == byteCounts[0])
            #expect(byteCounts[2] > byteCounts[0] + 300)
        }
    }
}
