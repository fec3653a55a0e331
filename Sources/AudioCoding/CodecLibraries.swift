import CFLAC
import CLibAV
import COpus

/// The decoding libraries of this machine. Other versions decode AAC and Opus to samples that differ in the last bits.
public enum CodecLibraries {
    /// The name and version of each, such as `libFLAC 1.4.2`.
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
