import Support
import WaveFile

/// What is to be known of a recording before its first sample is read, and can be kept from mount to mount.
struct RecordingFacts: Sendable, Equatable {
    let sourceName: String
    let codec: AudioCodec
    let format: WaveFormat
    let rateReason: String?
    /// Samples of one channel.
    let sampleCount: UInt64
    let start: Timestamp?
    let modified: Timestamp
    let sourceSHA256: String?
    /// Bytes around the samples, where the source's own are kept.
    let envelope: EnvelopeSize?

    /// Bytes before and after the samples.
    struct EnvelopeSize: Sendable, Equatable {
        let head: UInt64, tail: UInt64
    }
}

extension RecordingFacts {
    /// What `recording` says of itself.
    init(_ recording: Recording) {
        self.init(
            sourceName: recording.sourceName, codec: recording.codec, format: recording.format,
            rateReason: recording.rateReason, sampleCount: recording.sampleCount, start: recording.start,
            modified: recording.modified, sourceSHA256: recording.sourceSHA256,
            envelope: recording.envelope.map { EnvelopeSize(head: $0.headByteCount, tail: $0.tailByteCount) })
    }
}

extension Recording {
    /// A recording of which `facts` are known, opened by `samples` when it is read.
    init(path: String, group: String, number: UInt64?, _ facts: RecordingFacts, _ samples: OnDemandRecording) {
        self.init(
            path: path, group: group, number: number, sourceName: facts.sourceName, codec: facts.codec,
            format: facts.format, rateReason: facts.rateReason, sampleCount: facts.sampleCount, start: facts.start,
            modified: facts.modified, sourceSHA256: facts.sourceSHA256,
            envelope: facts.envelope.map { size in
                SourceEnvelope(headByteCount: size.head, tailByteCount: size.tail) { () throws(RecordingError) in
                    try samples.envelopeBytes()
                }
            },
            samples: samples)
    }
}
