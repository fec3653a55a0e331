import AudioCoding
import TestSupport
import Testing

/// The programs whose results are compared with those of encoders and media sources.
enum MediaTools {
    static let arePresent = ["ffmpeg", "ffprobe", "flac"].allSatisfy(isInstalled)
    /// The file at `path`, with a parser of its packets.
    static func open(_ path: String) throws(MediaError) -> MediaSource {
        try MediaSource(path: path) { stream, container in
            FLACPacketParser(stream, in: container) as (any MediaPacketParser)? ?? AACPacketParser(stream)
                ?? OpusPacketParser(stream)
        }
    }

    static let comment: Comment = "needs ffmpeg, ffprobe and flac on the PATH"
}
