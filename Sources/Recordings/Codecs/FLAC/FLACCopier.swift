import AudioCoding
import Support
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
        guard frames.sampleCount > 0 else { throw ImportError("has no whole frame") }
        let announced = parser.streamInfo.totalSamples
        try refuseGaps(in: frames)
        let isLonger = announced.map { $0 < frames.sampleCount } ?? false
        let notes = isLonger ? ["it has more samples than it announces: \(frames.sampleCount)"] : []
        var attributes = attributes
        attributes.describe(codec, channels: channels, sampleRate: sampleRate, container: "flac-native")
        attributes["total_samples"] = JSONValue(frames.sampleCount)
        try frames.finish(attributes)
        // If not all samples are there, or more than are announced, their MD5 is another.
        let isWhole = [nil, frames.sampleCount].contains(announced)
        let samples = parser.streamInfo.md5.flatMap { isWhole ? WrittenAudio.Proof.md5($0) : nil } ?? .decodableSamples
        return WrittenAudio(
            codec: codec, sampleCount: frames.sampleCount, byteCount: frames.byteCount,
            proofs: parser.isFile ? [.sourceFile, samples] : [samples],
            announcedSampleCount: announced, notes: notes)
    }

    /// Throws if frames are lost in the middle, and if the last one may be there, but is not found for what follows it: another file, zeros, a tag of a strange kind. A frame
    /// of FLAC does not say where it ends.
    private func refuseGaps(in frames: FrameWriter<FrameIndexRow>) throws(AudioCodingError) {
        guard frames.isContiguous else {
            throw AudioCodingError(.flac, "there are bytes between its frames that are no frame")
        }
        let rest = frames.byteCount - min(frames.lastFrameEnd, frames.byteCount)
        let missing = parser.streamInfo.totalSamples.map { $0.subtracting(frames.sampleCount) ?? 0 }
        guard parser.isFile, rest > UInt64(FLACFrameScanner.tagByteCount),
            missing.map({ $0 > 0 && $0 <= UInt64(parser.streamInfo.maximumBlockSize) }) ?? true
        else { return }
        throw AudioCodingError(.flac, "\(rest) bytes at its end are no frame", at: frames.lastFrameEnd)
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
