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
        guard frames.sampleCount > 0 else { throw AudioCodingError(.flac, "it has no whole frame") }
        let announced = parser.streamInfo.totalSamples
        try refuseGaps(frames.isContiguous, end: frames.lastFrameEnd, byteCount: frames.byteCount)
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
            announcedSampleCount: announced, damage: parser.isFile ? MediaDamage() : media.damage,
            notes: notes(sampleCount: frames.sampleCount))
    }

    /// Throws if frames are lost before the last, which `isContiguous` denies, and if what is behind `end`, that of the last one that was
    /// found, has frames: the last of the stream, which does not say where it ends, before zeros or a tag of a strange kind; another file;
    /// frames of another form. There are `byteCount` bytes.
    private func refuseGaps(_ isContiguous: Bool, end: UInt64, byteCount: UInt64) throws {
        guard isContiguous else {
            throw AudioCodingError(.flac, "there are bytes before or between its frames that are no frame")
        }
        let rest = byteCount - min(end, byteCount)
        guard parser.isFile, rest > 0 else { return }
        let isUnknown = rest > UInt64(FLACFrameScanner.tagByteCount) && parser.streamInfo.totalSamples == nil
        guard try isUnknown || FLACSalvage.hasFrame(in: file.codedStream, from: end) else { return }
        throw AudioCodingError(.flac, "\(rest) bytes at its end are no frame of it", at: end)
    }

    func survey() throws -> SourceSurvey? {
        guard parser.isFile else { return try media.survey() }
        let metadata = try FLACMetadata(of: file.codedStream)
        guard try file.firstFrame(metadata)?.firstSample == 0 else {
            throw AudioCodingError(.flac, "its first frame is missing")
        }
        var scanner = FLACFrameScanner(streamInfo: metadata.streamInfo, offset: metadata.firstFrameOffset)
        var (end, sampleCount, isContiguous) = (metadata.firstFrameOffset, UInt64(0), true)
        func take(_ frames: [CodedFrame]) {
            for frame in frames {
                isContiguous = isContiguous && frame.offset == end
                end = frame.offset.adding(UInt64(frame.byteCount)) ?? .max
                sampleCount = sampleCount.adding(UInt64(frame.sampleCount)) ?? .max
            }
        }
        try file.forEachPiece(of: min(end, file.byteCount)..<file.byteCount) { take(scanner.consume($0)) }
        take(scanner.finish())
        guard sampleCount > 0 else { throw AudioCodingError(.flac, "it has no whole frame") }
        try refuseGaps(isContiguous, end: end, byteCount: file.byteCount)
        return SourceSurvey(
            sampleCount: sampleCount, announcedSampleCount: parser.streamInfo.totalSamples,
            notes: notes(sampleCount: sampleCount))
    }

    /// What to say of a stream that turns out to have `sampleCount` samples of one channel.
    private func notes(sampleCount: UInt64) -> [String] {
        let isLonger = parser.streamInfo.totalSamples.map { $0 < sampleCount } ?? false
        return isLonger ? ["it has more samples than it announces: \(sampleCount)"] : []
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

extension SourceFile {
    /// The header of the first frame behind `metadata`; nil if there is none.
    fileprivate func firstFrame(_ metadata: FLACMetadata) throws(ImportError) -> FLACFrameHeader? {
        let start = min(metadata.firstFrameOffset, byteCount)
        let bytes = try bytes(start..<min(start + UInt64(FLACFrameHeader.maximumByteCount), byteCount))
        return bytes.withUnsafeBytes { FLACFrameHeader.parse($0, of: metadata.streamInfo) }
    }
}
