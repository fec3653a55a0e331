import AudioCoding
import Support

/// Decodes the units of one Ogg Vorbis stream, each from its pages.
///
/// The packet before a unit's samples is all the pre-roll that they need, so what a unit decodes to follows from its pages alone.
struct VorbisUnitDecoder: Sendable {
    /// How the stream begins.
    let start: VorbisStart
    private let decoders: DecoderPool<VorbisHeaders, VorbisDecoder>

    /// A decoder of the stream that begins as `start` says, by the decoders of a pool.
    init(_ start: VorbisStart, decoders: DecoderPool<VorbisHeaders, VorbisDecoder>) {
        self.start = start
        self.decoders = decoders
    }

    /// The packets that begin on some pages of the stream.
    struct Pages {
        let packets: [OggPacket]
        /// What has found them.
        let scanner: VorbisPacketScanner
        /// The sample of the stream at which the first packet's samples end.
        let firstSample: UInt64

        /// The samples of `packet` in the stream.
        func samples(of packet: OggPacket) -> Range<UInt64> {
            let first = firstSample.adding(packet.firstSample) ?? .max
            return first..<(first.adding(UInt64(packet.sampleCount)) ?? .max)
        }

        /// Where the last sample ends that is to be heard.
        var end: UInt64 { firstSample.adding(scanner.heardSampleCount) ?? .max }
    }

    /// The packets on the pages `coded`, which begin at byte `offset` of the stream and claim to have the samples from
    /// `firstSample` on; nil if the pages do not prove that by being whole and by their granule positions.
    func provenPages(_ coded: UnsafeRawBufferPointer, at offset: UInt64, firstSample: UInt64) -> Pages? {
        guard let pages = try? pages(coded, at: offset, firstSample: firstSample), pages.scanner.isWhole,
            pages.scanner.joinedSample == firstSample
        else { return nil }
        return pages
    }

    /// The packets on the pages `coded`, which begin at byte `offset` of the stream and have the samples from `firstSample` on.
    func pages(_ coded: UnsafeRawBufferPointer, at offset: UInt64, firstSample: UInt64) throws -> Pages {
        var scanner = VorbisPacketScanner(joining: start, at: offset)
        let packets = try scanner.consume(coded) + scanner.finish()
        return Pages(packets: packets, scanner: scanner, firstSample: firstSample)
    }

    /// Whether all samples of `unit` can be decoded from `pages`.
    func canDecode(_ unit: DecodeUnit, from pages: Pages) -> Bool {
        pages.firstSample <= unit.samples.lowerBound && unit.samples.upperBound <= pages.end
    }

    /// The samples of `unit`, decoded from `pages`, which are those in `coded`, the bytes of the stream from `offset` on. `counter`
    /// counts the samples that are decoded beside them.
    func decode(
        _ unit: DecodeUnit, from pages: Pages, in coded: UnsafeRawBufferPointer, at offset: UInt64,
        counter: DecodeCounter
    ) throws -> Block {
        let first = pages.packets.lastIndex { pages.samples(of: $0).upperBound <= unit.samples.lowerBound }
        guard let first, canDecode(unit, from: pages) else {
            throw AudioCodingError(.vorbis, "the pages of these samples are not all there", at: offset)
        }
        let blockAlign = UInt64(start.headers.channels * 2)
        return try decoders.withDecoder(for: start.headers) {
            try VorbisDecoder(headers: start.headers)
        } _: { decoder in
            decoder.restart()
            let block = try Block(ifRoomFor: unit.samples.count * Int(blockAlign)) { output in
                try withUnsafeTemporaryAllocation(byteCount: decoder.maximumOutputByteCount, alignment: 16) { decoded in
                    for packet in pages.packets[first...] {
                        let samples = pages.samples(of: packet)
                        let isFirst = samples.upperBound <= unit.samples.lowerBound
                        if packet.followsHole, !isFirst { decoder.restart() }
                        let count = try packet.withBytes(in: coded, at: offset) {
                            try decoder.decode($0, into: decoded)
                        }
                        guard isFirst || count == packet.sampleCount else {
                            throw AudioCodingError(.vorbis, "a packet decodes to \(count) samples", at: offset)
                        }
                        let wanted = samples.clamped(to: unit.samples)
                        counter.preRollSamples.add(UInt64(packet.sampleCount) - UInt64(wanted.count))
                        guard !wanted.isEmpty else { continue }
                        let target = Int((wanted.lowerBound - unit.samples.lowerBound) * blockAlign)
                        let source = Int((wanted.lowerBound - samples.lowerBound) * blockAlign)
                        let byteCount = wanted.count * Int(blockAlign)
                        UnsafeMutableRawBufferPointer(rebasing: output[target..<target + byteCount])
                            .copyMemory(from: UnsafeRawBufferPointer(rebasing: decoded[source..<source + byteCount]))
                        if samples.upperBound >= unit.samples.upperBound { break }
                    }
                }
            }
            guard let block else {
                throw AudioCodingError(.vorbis, "there is no memory for \(unit.samples.count) samples", at: offset)
            }
            return block
        }
    }
}

extension OggPacket {
    /// Calls `body` with the packet's bytes, which are all in `coded`, the bytes of the stream from `offset` on.
    fileprivate func withBytes<T>(
        in coded: UnsafeRawBufferPointer, at offset: UInt64, _ body: (UnsafeRawBufferPointer) throws -> T
    ) throws -> T {
        func piece(_ range: Range<UInt64>) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: coded[Int(range.lowerBound - offset)..<Int(range.upperBound - offset)])
        }
        guard !laterPieces.isEmpty else { return try body(piece(firstPiece)) }
        return try pieces.flatMap { Array(piece($0)) }.withUnsafeBytes { try body($0) }
    }
}
