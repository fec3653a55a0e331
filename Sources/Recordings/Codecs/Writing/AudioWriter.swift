public import AudioCoding
public import Zarr

/// Writes samples into the arrays of a recording.
public protocol AudioWriter: AnyObject {
    /// Encodes the next samples, all of the form that the writer was made for.
    func append(_ samples: SampleBuffer) throws

    /// Writes what is left. `attributes` go to the blob, beside those of the codec.
    func finish(_ attributes: [String: JSONValue]) throws -> WrittenAudio
}
