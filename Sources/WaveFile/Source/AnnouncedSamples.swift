import Support

/// How many bytes of samples a file announces, in formats of which libavformat tells only what is there: Sony Wave64 and Apple's CAF.
public enum AnnouncedSamples {
    /// Bytes of samples that `file` announces and does not have; 0 if it is of another format, or leaves open how many it has.
    public static func missingByteCount(of file: WaveBytes) throws(WaveSourceError) -> UInt64 {
        guard let format = ChunkFormat(start: try file.bytes(from: 0, atMost: 16)), format != .aiff,
            let samples = try format.chunks(of: file).last, samples.name == format.samplesName
        else { return 0 }
        return samples.end?.subtracting(file.byteCount) ?? 0
    }
}
