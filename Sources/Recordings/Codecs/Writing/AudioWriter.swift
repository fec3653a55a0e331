public import AudioCoding
public import Zarr

/// Writes samples into the arrays of a recording.
public protocol AudioWriter: AnyObject {
    /// Takes in the next samples, all of the form that the writer was made for.
    func append(_ samples: SampleBuffer) throws

    /// Writes what is left. `attributes` go to the blob, beside those that the codec has.
    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio
}

/// What a recording's audio turned out to be.
public struct WrittenAudio {
    /// How it is coded.
    public let codec: AudioCodec
    /// Samples of one channel that the recording has.
    public let sampleCount: UInt64
    /// Bytes of the blob, compressed where it is.
    public let byteCount: UInt64
    /// What reading it back must give.
    public let proof: Proof

    /// What reading a recording back must give.
    public enum Proof {
        /// The samples that went in: for codecs that lose nothing.
        case source
        /// What was decoded while it was encoded: so many `pieces` of samples with these digests. The `arrays` that were
        /// written hold bytes with these digests, by their names.
        case decoded(pieces: [[UInt8]], arrays: [String: [UInt8]])
        /// Samples with this MD5, as FLAC has it.
        case md5([UInt8])
        /// Samples; which ones, only the stream knows.
        case samples
    }
}
