/// The form of AAC frames after which a decoder can be used again: those with the same form may be decoded by one decoder, in runs
/// that are independent of each other.
///
/// libavcodec's decoder keeps these things from frame to frame, and a flush resets none but the first:
/// - the second half of a frame's samples, which overlaps with the next frame's. A frame replaces all of it.
/// - the shapes of a frame's windows, which the next one is joined by. A frame replaces them too. So what the first frame of a run decodes to
///   depends on the run before, but nothing behind it: the first frame must be one that only sets the decoder up (pre-roll).
/// - the generator of noise. Only noise substitution (codebook 13) draws from it.
/// - the channels, their order, and the sample rate, of which a header says all that counts for a single channel and a pair: so all frames
///   have the same one. Other elements, and other configurations, can change the channels.
/// - whether there is SBR, or parametric stereo, and their state: a fill element can turn them on.
/// - the state of prediction and long-term prediction, which AAC-LC does not have.
/// - what fill elements say of the dynamic range, or of the encoder.
/// - for each channel: sections, scale factors, filters, and the mask of mid/side stereo. A frame replaces all that it uses of those, unless it
///   has pulses: they may lie behind its bands, where an earlier frame's scale factors still are.
///
/// Bytes that follow upon a block in its frame are decoded as another block, so there must not be any. Nothing is taken from the
/// word of anybody: `AACFrameWalk` passes over every bit of a frame. All this was checked in the sources of FFmpeg 5.1 and 7.1, and with frames
/// damaged at random; `AACDecoder.canRestart` says whether it is known of the decoder that is loaded.
public struct AACNoiselessForm: Sendable, Hashable {
    private let fixedBits: UInt32

    /// The form of all `frames`, each with its header; nil if it is not certain that they all have one.
    public init?(of frames: some Sequence<UnsafeRawBufferPointer>) {
        var first: (walk: AACFrameWalk, fixedBits: UInt32)?
        for frame in frames {
            guard let header = ADTSHeader.parse(frame) else { return nil }
            if first == nil { first = AACFrameWalk(header).map { ($0, header.fixedBits) } }
            guard first?.fixedBits == header.fixedBits, first?.walk.isFreeOfNoise(frame, header) == true else {
                return nil
            }
        }
        guard let fixedBits = first?.fixedBits else { return nil }
        self.fixedBits = fixedBits
    }
}
