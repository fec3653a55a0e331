import Support

/// The pages before the audio of an Ogg Opus stream: OpusHead alone on the first, then OpusTags. RFC 7845, section 3.
public struct OggOpusHeader: Sendable {
    /// The pages.
    public let bytes: [UInt8]
    /// How many pages there are.
    public let pageCount: UInt32
    /// The serial number of the stream. It follows from what the pages say, so that streams with other headers can be chained.
    public let serial: UInt32

    /// The pages of a stream with this identification header and these tags.
    public init(_ head: OpusHead, _ comments: VorbisComments) {
        let tags = Array("OpusTags".utf8) + comments.bytes
        var hash = FNV1a()
        for byte in head.bytes + tags { hash.add(byte) }
        serial = UInt32(truncatingIfNeeded: hash.value)
        let (headPages, headCount) = Self.pages(of: head.bytes, serial, from: 0)
        let (tagPages, tagCount) = Self.pages(of: tags, serial, from: headCount)
        bytes = headPages + tagPages
        pageCount = headCount + tagCount
    }

    private static func pages(of packet: [UInt8], _ serial: UInt32, from sequence: UInt32) -> ([UInt8], UInt32) {
        let run = OggPageRun(packetByteCounts: [packet.count])
        var pages = [UInt8](repeating: 0, count: run.byteCount)
        pages.withUnsafeMutableBytes { pages in
            packet.withUnsafeBytes { packet in
                run.write(
                    packet, endGranules: [0],
                    at: OggPageRun.Place(serial: serial, sequence: sequence, isFirst: sequence == 0), into: pages)
            }
        }
        return (pages, UInt32(clamping: run.pageCount))
    }
}
