/// One packet of a stream, coded as the file has it.
public struct MediaPacket: Sendable {
    /// The frame that it is, as the stream's parser has it.
    public let frame: EncodedFrame
    /// How many of these, at the front, are not part of the recording: priming, pre-skip, what an edit list cuts. Above zero
    /// only in packets before the recording's first sample, and the one that has it.
    public let startTrim: Int
    /// How many of these, at the end, are not part of the recording. Above zero only in the packet that has the recording's
    /// last sample, and those behind it.
    public let endTrim: Int
    /// When it is to be heard, in samples of one channel from the file's time 0; nil if the container does not say.
    public let presentationSample: Int64?
    /// The byte of the file at which it begins; nil if the container does not say.
    public let offset: UInt64?

    /// Samples of one channel that it decodes to.
    public var sampleCount: Int { frame.sampleCount }
}
