/// One packet of a stream, still coded.
public struct MediaPacket: Sendable {
    /// The frame that it holds, as it is stored.
    public let frame: EncodedFrame
    /// How many of its samples, at the front, are not part of the recording: priming, pre-skip, what an edit list cuts. Above 0 only
    /// in packets up to the one with the recording's first sample.
    public internal(set) var startTrim = 0
    /// How many of its samples, at the end, are not part of the recording. Above 0 only in packets from the one with the recording's
    /// last sample on.
    public internal(set) var endTrim = 0
    /// Its presentation time, in samples of one channel from the file's time 0; nil if the container does not say.
    public let presentationSample: Int64?
    /// The byte of the file at which it begins; nil if the container does not say.
    public let offset: UInt64?

    /// Samples of one channel that it decodes to.
    public var sampleCount: Int { frame.sampleCount }
}
