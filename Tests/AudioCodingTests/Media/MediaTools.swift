import AudioCoding
import TestSupport
import Testing

/// The programs that encoders and media sources are compared with.
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
