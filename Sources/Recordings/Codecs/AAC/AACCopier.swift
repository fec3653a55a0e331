import AudioCoding
import Zarr

/// Stores AAC-LC as it is: its frames with ADTS headers, which are made for those that have none.
struct AACCopier: SourceCopier {
    let codec = AudioCodec.aac
    private let media: MediaSource

    /// A copier of the stream that `media` reads.
    init(_ media: MediaSource) {
        self.media = media
    }

    var channels: Int { media.stream.channels }
    var sampleRate: UInt32 { media.stream.sampleRate }

    func survey() throws -> SourceSurvey? { try media.survey() }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let frames = try ADTSBlobWriter(in: node)
        let extent = try media.forEachFrame(progress: progress) { try frames.append($0) }
        try frames.finish(
            attributes, channels: channels, sampleRate: sampleRate, skippedSamples: extent.skippedSamples,
            sampleCount: extent.sampleCount)
        return WrittenAudio(
            codec: codec, sampleCount: extent.sampleCount, byteCount: frames.byteCount,
            proofs: [.arrays(frames.digests), .decodableSamples], damage: media.damage)
    }
}
