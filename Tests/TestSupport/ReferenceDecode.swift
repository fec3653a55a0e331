public import Foundation

/// The result of decoding a lossy stream by another program, with the libraries of this machine: decoders of other versions differ
/// in the last bits.
public enum ReferenceDecode {
    /// The samples of `file` by the ffmpeg command line: interleaved, little-endian, 16 bits. Opus is decoded by libopus, and MP2
    /// by the decoder in floating point, as we do.
    public static func samples(of file: URL) throws -> [UInt8] {
        let decoder =
            switch file.pathExtension {
            case "opus": ["-c:a", "libopus"]
            case "mp2": ["-c:a", "mp2float"]
            default: [String]()
            }
        let words = ["ffmpeg", "-v", "error", "-nostdin"] + decoder + ["-i", file.path, "-f", "s16le", "-"]
        return [UInt8](try runChecked(words).output)
    }

    /// The SHA-256 of the samples of `file` by the ffmpeg command line.
    public static func sha256(of file: URL) throws -> String {
        try Digest.sha256(samples(of: file))
    }
}
