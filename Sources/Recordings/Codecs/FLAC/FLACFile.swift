import AudioCoding
import Support
import Zarr

/// The frames of a FLAC stream behind a header that has the recording's tags.
struct FLACFile: CodedFile {
    let outline: CodedFileOutline
    private let audio: StoredAudio
    private let blob: CodedBlob
    private let metadata: FLACMetadata
    private let sampleCount: UInt64

    /// The file of `sampleCount` samples of the stream in `blob`, that of `audio`, whose frames are behind `metadata`.
    init(_ metadata: FLACMetadata, in blob: CodedBlob, of audio: StoredAudio, sampleCount: UInt64) {
        self.audio = audio
        self.blob = blob
        self.metadata = metadata
        self.sampleCount = sampleCount
        outline = CodedFileOutline(
            form: .flacFrames, byteCount: blob.byteCount.subtracting(metadata.firstFrameOffset) ?? 0)
    }

    func head(_ tags: RecordingTags) throws -> [UInt8] {
        try FLACFileHeader(
            metadata.streamInfo, sampleCount: sampleCount, seekPoints: seekPoints(), tags.comments
        ).bytes
    }

    func bodyByteCount() -> UInt64 { outline.byteCount }

    func body(_ range: Range<UInt64>, _ tags: RecordingTags) throws -> [BlockSlice] {
        guard let frames = frames(range) else { return [] }
        return [BlockSlice(try blob.block(frames))]
    }

    func fetchAhead(_ range: Range<UInt64>) -> FetchedBytes? {
        frames(range).flatMap { blob.fetchAhead(bytesOf: [$0]) }
    }

    /// Where the stream has the bytes `range` of the body.
    private func frames(_ range: Range<UInt64>) -> Range<UInt64>? {
        guard let start = range.lowerBound.adding(metadata.firstFrameOffset),
            let end = range.upperBound.adding(metadata.firstFrameOffset)
        else { return nil }
        return start..<end
    }

    /// The places of some frames, by the rows of the stored index that are right. A player searches for what they do not have.
    private func seekPoints() throws -> [FLACFileHeader.SeekPoint] {
        let targets = FLACFileHeader.seekTargets(sampleCount: sampleCount)
        guard !targets.isEmpty, let index = try audio.onlyIndex(FLACCodec.indexName, of: FrameIndexRow.self),
            index.count <= blob.byteCount
        else { return [] }
        var points: [FLACFileHeader.SeekPoint] = []
        for target in targets {
            try Cancellation.check()
            guard let point = try seekPoint(around: target, index),
                point.sample > points.last?.sample ?? 0 || points.isEmpty
            else { continue }
            points.append(point)
        }
        return points
    }

    /// The place of the frame that has `sample` according to `index`; nil if the frame does not say the same, or cannot be read for good.
    private func seekPoint(
        around sample: UInt64, _ index: StoredFrameIndex
    ) throws -> FLACFileHeader.SeekPoint? {
        do throws(ZarrError) {
            guard let number = try index.lastRow(startingAtOrBefore: sample), let row = try index.row(number),
                let bytes = row.bytes(within: blob.byteCount),
                let offset = bytes.lowerBound.subtracting(metadata.firstFrameOffset),
                let end = bytes.lowerBound.adding(UInt64(FLACFrameHeader.maximumByteCount))
            else { return nil }
            let header = try blob.bytes(bytes.lowerBound..<end).withUnsafeBytes {
                FLACFrameHeader.parse($0, of: metadata.streamInfo)
            }
            guard let header, header.firstSample == row.firstSample else { return nil }
            return FLACFileHeader.SeekPoint(
                sample: header.firstSample, offset: offset, sampleCount: UInt16(clamping: header.blockSize))
        } catch {
            guard !error.isOfReading, !error.isCancellation else { throw error }
            return nil
        }
    }
}
