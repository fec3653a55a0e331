import Support

/// The `smpl` chunk, in which editors keep loops, and some of them regions. See "New Multimedia Data Types and Data Techniques 3.0"
/// (RIFF), "Sample Chunk".
public struct SamplerChunk: Sendable, Equatable {
    /// A run of samples, both ends included.
    public struct Loop: Sendable, Equatable {
        /// The number that a label may refer to it by.
        public var identifier: UInt32
        /// How it is played: 0 forward, 1 there and back, 2 backward.
        public var kind: UInt32
        /// Its first sample.
        public var first: UInt64
        /// Its last sample.
        public var last: UInt64
        /// How often it is played; 0 for ever.
        public var playCount: UInt32

        /// A loop of these samples.
        public init(identifier: UInt32, kind: UInt32, first: UInt64, last: UInt64, playCount: UInt32) {
            self.identifier = identifier
            self.kind = kind
            self.first = first
            self.last = last
            self.playCount = playCount
        }
    }

    /// The most loops that are read.
    private static let limit = 1024

    /// The note at which the sound has its own pitch, as MIDI counts them.
    public var note: UInt32
    /// The loops.
    public var loops: [Loop]

    /// A chunk of these loops.
    public init(note: UInt32, loops: [Loop]) {
        self.note = note
        self.loops = loops
    }

    /// Reads the contents of a chunk; nil if they are too short.
    init?(parsing contents: [UInt8]) {
        var reader = ByteReader(contents)
        guard reader.skip(12), let note = reader.readLittleEndian(UInt32.self), reader.skip(12),
            reader.skip(4), reader.skip(4)
        else { return nil }
        self.note = note
        loops = []
        while loops.count < Self.limit, let identifier = reader.readLittleEndian(UInt32.self),
            let kind = reader.readLittleEndian(UInt32.self), let first = reader.readLittleEndian(UInt32.self),
            let last = reader.readLittleEndian(UInt32.self), reader.skip(4),
            let playCount = reader.readLittleEndian(UInt32.self)
        {
            loops.append(
                Loop(
                    identifier: identifier, kind: kind, first: UInt64(first), last: UInt64(last), playCount: playCount))
        }
    }

    /// The same with all loops at one sample.
    func moved(to sample: UInt64) -> SamplerChunk {
        SamplerChunk(
            note: note,
            loops: loops.map { loop in
                Loop(
                    identifier: loop.identifier, kind: loop.kind, first: sample, last: sample, playCount: loop.playCount
                )
            })
    }

    /// The same in a file that has only the samples `range`, with those loops that lie within them.
    func clipped(to range: Range<UInt64>) -> SamplerChunk {
        SamplerChunk(
            note: note,
            loops: loops.compactMap { loop in
                guard range.contains(loop.first), range.contains(loop.last) else { return nil }
                return Loop(
                    identifier: loop.identifier, kind: loop.kind, first: loop.first - range.lowerBound,
                    last: loop.last - range.lowerBound, playCount: loop.playCount)
            })
    }

    /// The chunk in a file of `sampleRate` hertz. A loop behind sample 2^32 - 1 is left out.
    func bytes(sampleRate: UInt32) -> [UInt8] {
        let placed = loops.compactMap { loop in
            UInt32(exactly: loop.first).flatMap { first in UInt32(exactly: loop.last).map { (loop, first, $0) } }
        }
        var contents: [UInt8] = []
        contents.appendLittleEndian(UInt64(0))  // Manufacturer and product: none.
        contents.appendLittleEndian(1_000_000_000 / max(sampleRate, 1))  // Nanoseconds of a sample.
        contents.appendLittleEndian(note)
        contents += repeatElement(0, count: 12)  // The fraction of the pitch; no SMPTE time.
        contents.appendLittleEndian(UInt32(clamping: placed.count))
        contents.appendLittleEndian(UInt32(0))
        for (loop, first, last) in placed {
            for word in [loop.identifier, loop.kind, first, last, 0, loop.playCount] {
                contents.appendLittleEndian(word)
            }
        }
        var bytes: [UInt8] = []
        bytes.appendChunk("smpl", contents)
        return bytes
    }
}
