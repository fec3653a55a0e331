import Support
public import WaveFile

/// The bytes of a recording's source file around its samples: with them, its WAV file is the source, byte for byte.
public struct SourceEnvelope: Sendable {
    /// How many bytes precede the samples, and how many follow them.
    let size: EnvelopeSize
    private let read: Read

    /// Reads the bytes of a range that lies within a part.
    typealias Read = @Sendable (_ part: Part, _ range: Range<UInt64>) throws(RecordingError) -> [UInt8]

    /// What is around the samples.
    public enum Part: Sendable {
        /// What precedes them.
        case head
        /// What follows them.
        case tail
    }

    /// An envelope of that `size`, whose bytes `read` gives when they are needed.
    init(size: EnvelopeSize, read: @escaping Read) {
        self.size = size
        self.read = read
    }

    /// Bytes of both parts together, at most `UInt64.max`.
    public var byteCount: UInt64 { size.headByteCount.adding(size.tailByteCount) ?? .max }

    /// The bytes `range` of `part`, within which they lie.
    public func bytes(_ part: Part, _ range: Range<UInt64>) throws(RecordingError) -> [UInt8] {
        try read(part, range)
    }

    /// All bytes.
    func bytes() throws(RecordingError) -> (head: [UInt8], tail: [UInt8]) {
        (head: try read(.head, 0..<size.headByteCount), tail: try read(.tail, 0..<size.tailByteCount))
    }
}

extension Recording {
    /// Its WAV file: the source's own bytes around the samples if the store has them, else a header with its metadata. Nil if it would
    /// be over `Int64.max` bytes.
    public func waveLayout() throws(RecordingError) -> WaveLayout? {
        guard let envelope else {
            return metadata.hasChunks
                ? try description().layout(metadata)
                : WaveLayout(format: facts.format, sampleCount: facts.sampleCount)
        }
        let (head, tail) = try envelope.bytes()
        guard EnvelopeSize(headByteCount: UInt64(head.count), tailByteCount: UInt64(tail.count)) == envelope.size else {
            throw RecordingError("source_head and source_tail changed while they were in use", recording: facts.path)
        }
        return WaveLayout(head: head, dataByteCount: dataByteCount, tail: tail)
    }
}
