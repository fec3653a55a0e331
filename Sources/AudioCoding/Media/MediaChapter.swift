import CLibAV
import Support

/// A chapter of a media file: in MP4, Matroska, ID3 and Ogg, or a track of a cue sheet in FLAC.
public struct MediaChapter: Sendable, Equatable {
    /// Its first sample, by the samples of the stream that is read.
    public let sample: UInt64
    /// How many samples it has.
    public let sampleCount: UInt64
    /// Its name; nil if it has none.
    public let title: String?

    /// The chapter in samples of `stream`; nil if it ends before the first of those in the file.
    init?(_ chapter: borrowing AVChapter, of stream: MediaStream) {
        let rate = AVRational(num: 1, den: Int32(clamping: stream.sampleRate))
        guard chapter.time_base.num > 0, chapter.time_base.den > 0, chapter.start != zwl_AV_NOPTS_VALUE,
            chapter.end != zwl_AV_NOPTS_VALUE,
            let start = av_rescale_q(chapter.start, chapter.time_base, rate)
                .subtracting(Int64(clamping: stream.firstSample)),
            let end = av_rescale_q(chapter.end, chapter.time_base, rate)
                .subtracting(Int64(clamping: stream.firstSample)),
            let last = UInt64(exactly: end), end >= start
        else { return nil }
        sample = UInt64(clamping: start)
        sampleCount = last.subtracting(sample) ?? 0
        title = [String: String](chapter.metadata)["title"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
