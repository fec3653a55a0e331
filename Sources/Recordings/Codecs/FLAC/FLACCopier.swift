import AudioCoding
import Zarr

/// Stores a FLAC stream as it is: a FLAC file whole, its tags and pictures too; of other containers, the frames behind a header of
/// their own.
struct FLACCopier: SourceCopier {
    let codec = AudioCodec.flac
    private let media: MediaSource
    private let parser: FLACPacketParser
    private let file: SourceFile

    /// A copier of the stream that `media` reads from `file`, whose packets are `parser`'s.
    init(_ media: MediaSource, _ parser: FLACPacketParser, file: SourceFile) {
        self.media = media
        self.parser = parser
        self.file = file
    }

    var channels: Int { media.stream.channels }
    var sampleRate: UInt32 { media.stream.sampleRate }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let frames = try FrameWriter<FrameIndexRow>(
            FLACCodec.indexName, .index(of: FrameIndexRow.self), hashes: false, in: node)
        if parser.isFile {
            try copyFile(to: frames, progress)
        } else {
            try copyPackets(to: frames, progress)
        }
        guard frames.sampleCount > 0 else { throw ImportError("has no frame") }
        let notes =
            parser.streamInfo.totalSamples.map { announced in
                announced < frames.sampleCount
                    ? ["it has \(frames.sampleCount) samples, and announces only \(announced)"] : []
            } ?? []
        var attributes = attributes
        attributes.describe(codec, channels: channels, sampleRate: sampleRate, container: "flac-native")
        attributes["total_samples"] = JSONValue(frames.sampleCount)
        try frames.finish(attributes)
        // If not all samples are there, or more than are announced, their MD5 is another.
        let isWhole = [nil, frames.sampleCount].contains(parser.streamInfo.totalSamples)
        let samples = parser.streamInfo.md5.flatMap { isWhole ? WrittenAudio.Proof.md5($0) : nil } ?? .decodableSamples
        return WrittenAudio(
            codec: codec, sampleCount: frames.sampleCount, byteCount: frames.byteCount,
            proofs: parser.isFile ? [.sourceFile, samples] : [samples], notes: notes)
    }

    private func copyFile(to frames: FrameWriter<FrameIndexRow>, _ progress: (UInt64) -> Void) throws {
        let metadata = try FLACMetadata(of: file.codedStream)
        try frames.append(
            file, from: metadata.firstFrameOffset,
            by: FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset),
            progress: progress)
    }

    private func copyPackets(to frames: FrameWriter<FrameIndexRow>, _ progress: (UInt64) -> Void) throws {
        let streamInfo = parser.streamInfo
        try frames.appendHeader(streamInfo.streamHeader)
        _ = try media.forEachFrame(progress: progress) { try frames.append($0) }
        guard streamInfo.totalSamples == nil else { return }
        try frames.replaceHeader(with: streamInfo.with(totalSamples: frames.sampleCount).streamHeader)
    }
}
