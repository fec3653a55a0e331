import Support

/// The packets of an Opus stream: how many samples they decode to, and their bytes.
protocol OpusPackets: Sendable {
    /// How many audio packets there are.
    var count: UInt64 { get }

    /// The decoded samples of all packets before the decode unit `unit`; past the last unit, of all packets.
    func sampleCount(beforeUnit unit: UInt64) throws -> UInt64

    /// Calls `body` with the bytes of each packet of `range`, in order; `range` lies within `0..<count`. A packet whose bytes
    /// are lost is handed on as nil.
    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws
}

extension OpusPackets {
    /// Calls `body` with the bytes of every packet, in order, nil for one that is lost; some thousands are looked up at a time.
    func forEachPacket(_ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        var position: UInt64 = 0
        while position < count {
            let range = position..<position + min(4096, count - position)
            try forEachPacket(in: range, body)
            position = range.upperBound
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
