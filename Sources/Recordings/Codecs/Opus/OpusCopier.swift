import AudioCoding
import Zarr

/// Stores Opus as it is: its packets end to end.
struct OpusCopier: SourceCopier {
    let codec = AudioCodec.opus
    private let media: MediaSource
    private let head: OpusHead

    /// A copier of the stream that `media` reads, which `head` describes.
    init(_ media: MediaSource, _ head: OpusHead) {
        self.media = media
        self.head = head
    }

    var channels: Int { media.stream.channels }
    var sampleRate: UInt32 { media.stream.sampleRate }

    func survey() throws -> SourceSurvey? { try media.survey() }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let packets = try OpusPacketWriter(head, in: node, isConcurrent: isConcurrent)
        let extent = try media.forEachFrame(progress: progress) { try packets.append($0) }
        try packets.finish(
            attributes, skippedSamples: extent.skippedSamples, sampleCount: extent.sampleCount, bitRate: nil)
        return WrittenAudio(
            codec: codec, sampleCount: extent.sampleCount, byteCount: packets.byteCount,
            proofs: [.arrays(packets.digests), .decodableSamples], damage: media.damage)
    }
}
