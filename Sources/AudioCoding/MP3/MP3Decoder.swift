/// Decodes the frames of an MP3 stream to 16-bit samples.
///
/// Frames of layer III take their main data also from the frames before, and all frames' samples overlap: what comes out of a
/// decoder depends on the frames that it was given, up to `MP3Header.preRollCount` of them.
///
/// Layer II is decoded in floating point, as layer III is. The ffmpeg command line prefers libavcodec's other decoder for it, in
/// integers, which adds what it rounds off a sample to the next one, from the first sample to the last: from the middle of a
/// stream, nobody can know how much that is.
///
/// Not Sendable: one thread at a time.
public final class MP3Decoder {
    /// Bytes that no frame's samples exceed.
    public static let maximumOutputByteCount = 1152 * 2 * 2

    /// A header of the stream.
    private let header: MP3Header
    private let decoder: LibAVDecoder

    /// A decoder in the one state it always begins with, for the stream of which `header` is one.
    public init(for header: MP3Header) throws(AudioCodingError) {
        self.header = header
        decoder = try LibAVDecoder(header.layer == 3 ? "mp3float" : "mp2float", for: .mp3)
    }

    /// Decodes `frame`, its header included, into the front of `output`: interleaved, little-endian, 16 bits, clipped. A frame may
    /// be cut short behind its header, as the last one of a file may be. Returns the samples of one channel.
    public func decode(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Int {
        guard let found = MP3Header.parse(frame), found.agrees(with: header), frame.count <= found.frameByteCount else {
            throw AudioCodingError(.mp3, "the bytes are not one frame of \(header.summary)")
        }
        return try decoder.decode(frame) { (decoded) throws(AudioCodingError) in
            let form = try SixteenBit.write(
                decoded, to: output, channelLimit: 2, sampleLimit: header.samplesPerFrame, of: .mp3)
            guard form.channels == header.channels, form.sampleCount == header.samplesPerFrame else {
                throw AudioCodingError(.mp3, "a frame decodes to another format than its header says")
            }
            return form.sampleCount
        }
    }
}
