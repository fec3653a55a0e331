import Support
public import WaveFile

/// The bytes of a recording's source file around its samples: with them, its WAV file is the source, byte for byte.
public struct SourceEnvelope: Sendable {
    /// How many bytes precede the samples, and how many follow them.
    public let headByteCount: UInt64, tailByteCount: UInt64
    private let read: @Sendable () throws(RecordingError) -> (head: [UInt8], tail: [UInt8])

    /// An envelope whose bytes `read` returns when they are needed: as many as announced.
    public init(
        headByteCount: UInt64, tailByteCount: UInt64,
        read: @escaping @Sendable () throws(RecordingError) -> (head: [UInt8], tail: [UInt8])
    ) {
        self.headByteCount = headByteCount
        self.tailByteCount = tailByteCount
        self.read = read
    }

    /// The bytes.
    func bytes() throws(RecordingError) -> (head: [UInt8], tail: [UInt8]) {
        try read()
    }
}

extension Recording {
    static func waveExtent(_ format: WaveFormat, sampleCount: UInt64, _ envelope: SourceEnvelope?) -> WaveExtent? {
        guard let envelope else { return WaveLayout(format: format, sampleCount: sampleCount)?.extent }
        return sampleCount.multiplied(by: UInt64(format.blockAlign)).flatMap { dataByteCount in
            WaveExtent(
                headByteCount: envelope.headByteCount, dataByteCount: dataByteCount,
                tailByteCount: envelope.tailByteCount)
        }
    }

    /// Bytes of its WAV file, known without reading anything; nil if it would be over `Int64.max`.
    public var waveByteCount: UInt64? { waveExtent?.fileSize }

    /// Its WAV file: the source's own bytes around the samples if the store has them, else a plain header. Nil if it would be
    /// over `Int64.max` bytes.
    public func waveLayout() throws(RecordingError) -> WaveLayout? {
        guard let envelope else { return WaveLayout(format: format, sampleCount: sampleCount) }
        let (head, tail) = try envelope.bytes()
        guard UInt64(head.count) == envelope.headByteCount, UInt64(tail.count) == envelope.tailByteCount else {
            throw RecordingError("source_head and source_tail changed while they were in use", recording: path)
        }
        return WaveLayout(head: head, dataByteCount: dataByteCount, tail: tail)
    }
}
