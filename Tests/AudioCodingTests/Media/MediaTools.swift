import AudioCoding
import TestSupport
import Testing

/// The programs whose results are compared with those of encoders and media sources.
enum MediaTools {
    static let arePresent = ["ffmpeg", "ffprobe", "flac"].allSatisfy(isInstalled)
    static let comment: Comment = "needs ffmpeg, ffprobe and flac on the PATH"
}
