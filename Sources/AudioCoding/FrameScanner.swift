/// Finds the frames of a stream that is handed to it piece by piece, in order and without a gap.
public protocol FrameScanner {
    /// Takes in the next bytes of the stream and returns the frames that are complete by now.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(AudioCodingError) -> [CodedFrame]

    /// Ends the stream here and returns the frames that are left.
    mutating func finish() throws(AudioCodingError) -> [CodedFrame]
}
