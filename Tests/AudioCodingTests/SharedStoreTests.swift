import Foundation
import TestSupport
import Testing

@testable import AudioCoding

/// The coded streams of the shared stores, extracted by hand, since this target knows nothing of stores.
@Suite(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
struct SharedStoreTests {
    /// The blob of `recording`: the first bytes of its only shard are its chunks, in order.
    private func blob(of recording: ExpectedRecording) throws -> [UInt8] {
        struct Array1D: Decodable { let shape: [Int] }
        let directory = try #require(SharedMaterial.directory)
        let array = directory.appending(path: "stores/\(recording.store)/\(recording.path)/audio_data_blob_array")
        let shape = try JSONDecoder().decode(Array1D.self, from: Data(contentsOf: array.appending(path: "zarr.json")))
            .shape
        return [UInt8](try Data(contentsOf: array.appending(path: "c/0")).prefix(shape[0]))
    }

    private func samples(of bytes: [UInt8], codec: String) throws -> [UInt8] {
        switch codec {
        case "flac":
            let (metadata, frames) = try flacFrames(of: bytes)
            #expect(metadata.streamInfo.totalSamples == frames.last.map { $0.firstSample + UInt64($0.sampleCount) })
            return try flacSamples(of: frames, in: bytes, metadata.streamInfo)
        case "aac":
            return try aacSamples(of: adtsFrames(of: bytes), in: bytes, by: AACDecoder())
        default:
            let (scanner, packets) = try opusPackets(of: bytes)
            let head = try #require(scanner.head)
            let extent = try OggOpusExtent(of: CodedStream(bytes))
            let decoded = try opusSamples(of: packets, in: bytes, by: OpusStreamDecoder(head: head)).flatMap(\.self)
            let sampleByteCount = head.channels * 2
            return Array(
                decoded.dropFirst(head.preSkip * sampleByteCount).prefix(Int(extent.sampleCount) * sampleByteCount))
        }
    }

    @Test(arguments: ExpectedRecording.all.filter { $0.pcmSHA256 != nil })
    func `the shared recordings decode to the expected samples`(recording: ExpectedRecording) throws {
        let decoded = try samples(of: blob(of: recording), codec: recording.codec)
        #expect(decoded.count == recording.pcmByteCount)
        #expect(try Digest.sha256(decoded) == recording.pcmSHA256)
    }

    @Test(arguments: ExpectedRecording.all.filter { $0.pcmSHA256 == nil })
    func `Opus packets without their lengths are refused`(recording: ExpectedRecording) throws {
        let bytes = try blob(of: recording)
        #expect(throws: AudioCodingError.self) { try OggOpusExtent(of: CodedStream(bytes)) }
    }
}
