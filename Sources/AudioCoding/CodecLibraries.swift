import CFLAC
import CLibAV
import COpus

/// The libraries that decode, as they are on this machine: AAC and Opus come out of other versions of theirs with other last bits.
public enum CodecLibraries {
    /// Name and version of each: `libFLAC 1.4.2`.
    public static var versions: [String] {
        let number = avcodec_version()
        let libavcodec = "libavcodec \(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)"
        return [
            "libFLAC \(String(cString: zwl_flac_version()))",
            "\(libavcodec) of FFmpeg \(String(cString: av_version_info()))",
            OpusStreamDecoder.libraryVersion,
        ]
    }
}
