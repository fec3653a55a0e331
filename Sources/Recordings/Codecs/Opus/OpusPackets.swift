import Support

/// The packets of an Opus stream: their bytes, and how many samples they decode to.
protocol OpusPackets: Sendable {
    /// How many audio packets there are.
    var count: UInt64 { get }

    /// How many samples of one channel all packets before the decode unit `unit` decode to; past the last unit, all packets.
    func sampleCount(beforeUnit unit: UInt64) throws -> UInt64

    /// Calls `body` with the bytes of each packet of `range`, in order, and with nil for a packet whose bytes are lost. `range`
    /// lies within `0..<count`.
    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws

    /// The stream.
    var blob: CodedBlob { get }

    /// The bytes of the stream from the first to the last of the packets `range`, and what is between them; nil if that is not
    /// known.
    func extent(of range: Range<UInt64>) -> Range<UInt64>?

    /// The same packets, read from `blob`, which is the stream with some bytes of it in memory.
    func reading(from blob: CodedBlob) -> Self
}

extension OpusPackets {
    /// Calls `body` with the bytes of every packet, in order, and with nil for one that is lost. A bounded number of them is
    /// looked up at a time.
    func forEachPacket(_ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        try forEachPacket(stepwiseIn: 0..<count, body)
    }

    /// The same for each packet of `range`, which lies within `0..<count`. Throws if the work is cancelled.
    func forEachPacket(stepwiseIn range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            try Cancellation.check()
            let step = position..<position + min(256, range.upperBound - position)
            try forEachPacket(in: step, body)
            position = step.upperBound
        }
    }

    /// The packets of the decode unit `unit`.
    func packets(ofUnit unit: UInt64) -> Range<UInt64> {
        let start = min(unit.multiplied(by: OpusStream.packetsPerUnit) ?? .max, count)
        return start..<start + min(OpusStream.packetsPerUnit, count - start)
    }

    /// The decoded samples of the decode unit `unit`; empty if an index contradicts itself.
    func samples(ofUnit unit: UInt64) throws -> Range<UInt64> {
        let start = try sampleCount(beforeUnit: unit)
        return start..<max(start, try sampleCount(beforeUnit: unit + 1))
    }
}
