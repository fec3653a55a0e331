import Support
public import WaveFile

/// The bytes of a recording's source file around its samples: with them, its WAV file is the source, byte for byte.
public struct SourceEnvelope: Sendable {
    /// How many bytes precede the samples, and how many follow them.
    let size: EnvelopeSize
    private let read: @Sendable () throws(RecordingError) -> (head: [UInt8], tail: [UInt8])

    /// An envelope whose bytes `read` gives when they are needed: as many as `size` says.
    init(
        size: EnvelopeSize, read: @escaping @Sendable () throws(RecordingError) -> (head: [UInt8], tail: [UInt8])
    ) {
        self.size = size
        self.read = read
    }

    /// The bytes.
    func bytes() throws(RecordingError) -> (head: [UInt8], tail: [UInt8]) {
        try read()
    }
}

extension Recording {
    /// Its WAV file: the source's own bytes around the samples if the store has them, else a plain header. Nil if it would be
    /// over `Int64.max` bytes.
    public func waveLayout() throws(RecordingError) -> WaveLayout? {
        guard let envelope else { return WaveLayout(format: facts.format, sampleCount: facts.sampleCount) }
        let (head, tail) = try envelope.bytes()
        guard EnvelopeSize(headByteCount: UInt64(head.count), tailByteCount: UInt64(tail.count)) == envelope.size else {
            throw RecordingError("source_head and source_tail changed while they were in use", recording: facts.path)
        }
        return WaveLayout(head: head, dataByteCount: dataByteCount, tail: tail)
    }
}
