public import Foundation

/// The result of decoding a lossy stream by another program, with the libraries of this machine: decoders of other versions differ
/// in the last bits.
public enum ReferenceDecode {
    /// The SHA-256 of the samples of `file`, an ADTS or Ogg Opus stream, decoded by the ffmpeg command line with libopus: interleaved,
    /// little-endian, 16 bits.
    public static func sha256(of file: URL) throws -> String {
        let decoder = file.pathExtension == "opus" ? ["-c:a", "libopus"] : []
        let words = ["ffmpeg", "-v", "error", "-nostdin"] + decoder + ["-i", file.path, "-f", "s16le", "-"]
        return try Digest.sha256(Array(runChecked(words).output))
    }
}
