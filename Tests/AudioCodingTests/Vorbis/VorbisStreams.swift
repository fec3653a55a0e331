@testable import AudioCoding

/// An Ogg Vorbis stream with all its packets.
struct VorbisStream {
    let bytes: [UInt8]
    let headers: VorbisHeaders
    let packets: [OggPacket]
    let heardSampleCount: UInt64

    init(_ bytes: [UInt8], pieces: Int = .max) throws {
        self.bytes = bytes
        var scanner = VorbisPacketScanner()
        packets = try forEachPiece(of: bytes, pieces) { try scanner.consume($0) } + scanner.finish()
        headers = try VorbisStart(of: CodedStream(bytes)).headers
        heardSampleCount = scanner.heardSampleCount
    }

    /// Bytes of a sample of all channels.
    var stride: Int { headers.channels * 2 }

    /// The samples of the packets `range` by `decoder`, which is given the packet before them first.
    func samples(of range: Range<Int>, by decoder: VorbisDecoder) throws -> [UInt8] {
        decoder.restart()
        return try withOutput { output in
            try (max(range.lowerBound - 1, 0)..<range.upperBound).flatMap { number in
                let count = try packets[number].bytes(in: bytes).withUnsafeBytes {
                    try decoder.decode($0, into: output)
                }
                return Array(output[..<(count * stride)])
            }
        }
    }

    /// All samples that are to be heard.
    func heardSamples() throws -> [UInt8] {
        let samples = try samples(of: 0..<packets.count, by: VorbisDecoder(headers: headers))
        return Array(samples.prefix(Int(heardSampleCount) * stride))
    }
}

/// The packets of an Ogg stream by a reader of a few lines, its headers first.
func oggPackets(of bytes: [UInt8]) -> [[UInt8]] {
    var packets: [[UInt8]] = []
    var packet: [UInt8] = []
    var offset = 0
    while let page = bytes.withUnsafeBytes({ OggPage.parse(UnsafeRawBufferPointer(rebasing: $0[offset...])) }) {
        offset += page.headerByteCount
        for length in page.lacing {
            packet += bytes[offset..<offset + Int(length)]
            offset += Int(length)
            guard length < 255 else { continue }
            packets.append(packet)
            packet = []
        }
    }
    return packets
}
