import AudioCoding
import Support

/// Decode units of an Opus stream that follow each other, whose packets are read together.
final class OpusRun: UnitDecoder {
    private let stream: OpusStream
    private let packets: any OpusPackets
    private var coded: CodedRun
    /// The number of its last unit.
    private let last: UInt64
    /// The number under which the stream knows this run; nil if it does not.
    private var number: UInt64?

    /// The units `run` of `stream`, whose source is `source`.
    init(_ run: ArraySlice<DecodeUnit>, of stream: OpusStream, _ source: OpusStream.Source) {
        self.stream = stream
        packets = source.packets
        let extents = run.map { unit in
            var range = source.packets.packets(ofUnit: unit.number)
            // The first is decoded from its restart on, if its packets say where that is; the others go on from it.
            if unit.number == run.first?.number,
                let start = source.restarts?.last(atOrBefore: range.lowerBound).preRollPacket
            {
                range = start..<range.upperBound
            }
            return source.packets.extent(of: range)
        }
        coded = CodedRun(run, in: source.packets.blob, extents: extents)
        last = run.last?.number ?? 0
    }

    deinit {
        if let number { stream.endRun(number) }
    }

    func decode(_ unit: DecodeUnit) throws(RecordingError) -> Block {
        if number == nil { number = stream.beginRun(unit.number...max(unit.number, last)) }
        guard let position = coded.position(of: unit) else { return try stream.decode(unit) }
        return try stream.decode(unit, of: packets.reading(from: coded.blob(at: position)))
    }

    func fetchAhead() -> FetchedBytes? { coded.fetchAhead() }

    func expect() { coded.expect() }
}
