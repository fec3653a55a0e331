import AudioCoding
import TestSupport
import Testing

/// The programs that encoders and media sources are compared with.
enum MediaTools {
    static let arePresent = ["ffmpeg", "ffprobe", "flac"].allSatisfy(isInstalled)
    static let comment: Comment = "needs ffmpeg, ffprobe and flac on the PATH"
}
