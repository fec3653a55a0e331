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
        /// Where it ends behind its last sample, in parts of 2^32 of a sample.
        public var fraction: UInt32 = 0
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
    /// What it says of the device that it is for, and of the place in a film.
    public var device = Device()

    /// The device that a chunk is for, and the place of its first sample in a film.
    public struct Device: Sendable, Equatable {
        /// Its maker, as MIDI numbers them; 0 for none.
        public var manufacturer: UInt32 = 0
        /// The maker's number of it.
        public var product: UInt32 = 0
        /// What is above the note, in parts of 2^32 of a semitone.
        public var pitchFraction: UInt32 = 0
        /// Frames a second; 0 if there is no film.
        public var smpteFormat: UInt32 = 0
        /// Hours, minutes, seconds and frames, a byte each.
        public var smpteOffset: UInt32 = 0

        /// No device.
        public init() {}
    }

    /// A chunk of these loops.
    public init(note: UInt32, loops: [Loop]) {
        self.note = note
        self.loops = loops
    }

    /// Reads the contents of a chunk, whose numbers are big-endian in RIFX; nil if they are too short.
    init?(parsing contents: [UInt8], isBigEndian: Bool = false) {
        var reader = ByteReader(contents)
        func number() -> UInt32? { reader.read(UInt32.self, isBigEndian: isBigEndian) }
        guard let manufacturer = number(), let product = number(), reader.skip(4), let note = number(),
            let pitchFraction = number(), let smpteFormat = number(), let smpteOffset = number(), reader.skip(8)
        else { return nil }
        self.note = note
        device.manufacturer = manufacturer
        device.product = product
        device.pitchFraction = pitchFraction
        device.smpteFormat = smpteFormat
        device.smpteOffset = smpteOffset
        loops = []
        while loops.count < Self.limit, let identifier = number(), let kind = number(), let first = number(),
            let last = number(), let fraction = number(), let playCount = number()
        {
            var loop = Loop(
                identifier: identifier, kind: kind, first: UInt64(first), last: UInt64(last), playCount: playCount)
            loop.fraction = fraction
            loops.append(loop)
        }
    }

    /// The same with all loops at one sample.
    func moved(to sample: UInt64) -> SamplerChunk {
        with(
            loops.map { loop in
                var loop = loop
                loop.first = sample
                loop.last = sample
                return loop
            })
    }

    /// The same in a file that has only the samples `range`, with those loops that lie within them.
    func clipped(to range: Range<UInt64>) -> SamplerChunk {
        with(
            loops.compactMap { loop in
                guard range.contains(loop.first), range.contains(loop.last) else { return nil }
                var loop = loop
                loop.first -= range.lowerBound
                loop.last -= range.lowerBound
                return loop
            })
    }

    /// The same with other loops.
    private func with(_ loops: [Loop]) -> SamplerChunk {
        var chunk = self
        chunk.loops = loops
        return chunk
    }

    /// The chunk in a file of `sampleRate` hertz. A loop behind sample 2^32 - 1 is left out.
    func bytes(sampleRate: UInt32) -> [UInt8] {
        let placed = loops.compactMap { loop in
            UInt32(exactly: loop.first).flatMap { first in UInt32(exactly: loop.last).map { (loop, first, $0) } }
        }
        var contents: [UInt8] = []
        // With the nanoseconds of a sample.
        for word in [
            device.manufacturer, device.product, 1_000_000_000 / max(sampleRate, 1), note, device.pitchFraction,
            device.smpteFormat, device.smpteOffset,
        ] {
            contents.appendLittleEndian(word)
        }
        contents.appendLittleEndian(UInt32(clamping: placed.count))
        contents.appendLittleEndian(UInt32(0))
        for (loop, first, last) in placed {
            for word in [loop.identifier, loop.kind, first, last, loop.fraction, loop.playCount] {
                contents.appendLittleEndian(word)
            }
        }
        var bytes: [UInt8] = []
        bytes.appendChunk("smpl", contents)
        return bytes
    }
}
