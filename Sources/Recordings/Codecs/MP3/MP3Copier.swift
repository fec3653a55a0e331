import AudioCoding
import Support
import Zarr

/// Stores an MP3 file whole, with all tags that it has.
struct MP3Copier: SourceCopier {
    let codec = AudioCodec.mp3
    private let layout: MP3Layout
    private let file: SourceFile

    /// A copier of `file`, whose frames `layout` finds.
    init(_ layout: MP3Layout, file: SourceFile) {
        self.layout = layout
        self.file = file
    }

    var channels: Int { layout.header.channels }
    var sampleRate: UInt32 { layout.header.sampleRate }

    func survey() throws -> SourceSurvey? {
        let frames = try RawFrames(of: file.codedStream, layout)
        try refuseMissingFrames(of: frames)
        return SourceSurvey(
            sampleCount: UInt64(frames.heard.count), announcedSampleCount: frames.announcedSampleCount,
            damage: frames.damage)
    }

    func copy(
        into node: any StagedNode, _ attributes: [String: JSONValue], isConcurrent: Bool, progress: (UInt64) -> Void
    ) throws -> WrittenAudio {
        let frames = try FrameWriter<FrameIndexRow>(
            MP3Codec.indexName, .index(of: FrameIndexRow.self), hashes: false, in: node)
        let scanner = try frames.append(
            file, from: layout.firstFrameOffset, by: MP3FrameScanner(layout), progress: progress)
        if !scanner.holes.isEmpty { try refuseMissingFrames(of: RawFrames(of: file.codedStream, layout)) }
        let heard = try layout.trim.heard(
            frameCount: frames.frameCount, samplesPerFrame: layout.header.samplesPerFrame)
        guard !heard.isEmpty else { throw ImportError("has no samples: there is nothing to import") }
        var damage = MediaDamage()
        damage.foreignByteCount = scanner.holes.byteCount
        damage.trailingByteCount = scanner.trailingByteCount
        damage.blankFrames = scanner.blankFrames
        damage.joints = scanner.joints.map { $0.subtracting(UInt64(heard.lowerBound)) ?? 0 }
        var attributes = attributes
        attributes.describe(codec, channels: channels, sampleRate: sampleRate, container: "mp3-native")
        attributes["priming_samples"] = JSONValue(heard.lowerBound)
        attributes["total_samples"] = JSONValue(heard.count)
        try frames.finish(attributes)
        return WrittenAudio(
            codec: codec, sampleCount: UInt64(heard.count), byteCount: frames.byteCount,
            proofs: [.sourceFile, .decodableSamples],
            announcedSampleCount: layout.announcedSampleCount(frames.frameCount),
            damage: damage)
    }

    /// Throws if frames seem to be missing between others: those behind them would come too early.
    private func refuseMissingFrames(of frames: RawFrames) throws {
        guard frames.missingFrameCount > 0 else { return }
        throw AudioCodingError(
            .mp3,
            "\(frames.foreignByteCount) bytes between its frames belong to none, and \(frames.missingFrameCount) frames "
                + "seem to be missing there")
    }
}
