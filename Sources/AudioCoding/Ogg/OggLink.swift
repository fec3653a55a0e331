import Support

/// One of the Ogg streams that are chained in a file, one behind the other. RFC 3533, section 4.
struct OggLink: Equatable {
    /// Its first page in the file.
    let offset: UInt64
    /// Its first packet, which says what it is.
    let head: [UInt8]
    /// The position in samples at which its last packet ends.
    private(set) var end: Int64 = 0

    init(offset: UInt64, head: [UInt8]) {
        self.offset = offset
        self.head = head
    }

    /// Takes in that a packet of it ends at `position`.
    mutating func append(_ position: Int64) {
        end = max(end, position)
    }

    /// Samples of one channel that it has; those of Opus are at 48 kHz.
    var sampleCount: UInt64 {
        UInt64(clamping: end.subtracting(Int64(opusHead?.preSkip ?? 0)) ?? 0)
    }

    /// Whether its samples can follow those of `other` in one recording, decoded alike.
    func hasForm(of other: OggLink) -> Bool {
        head.prefix(Self.nameByteCount) == other.head.prefix(Self.nameByteCount) && form == other.form
    }

    /// Bytes that tell one codec from another.
    private static let nameByteCount = 5

    private var opusHead: OpusHead? { try? OpusHead(head) }

    /// The numbers that say how it is decoded, besides tables that each link has of its own; empty if they are not known here: decoders
    /// notice most changes themselves.
    private var form: [Int] {
        if let opus = opusHead {
            return [
                opus.channels, Int(opus.outputGain), Int(opus.mappingFamily.rawValue), opus.streamCount,
                opus.coupledCount,
            ] + opus.channelMapping.map(Int.init)
        }
        // Vorbis I specification, section 4.2.2.
        var reader = ByteReader(head)
        guard reader.read(7)?.elementsEqual([1] + Array("vorbis".utf8)) == true, reader.skip(4),
            let channels = reader.readByte(), let sampleRate = reader.readLittleEndian(UInt32.self)
        else { return [] }
        return [Int(channels), Int(sampleRate)]
    }
}

/// Finds the links of an Ogg file.
struct OggChain {
    private var found: [OggLink] = []
    private var hasSound = false
    private var isMultiplexed = false

    /// Takes in `page`, which begins at byte `offset` of the file, and its contents.
    mutating func append(_ page: OggPage, at offset: UInt64, _ body: ArraySlice<UInt8>) {
        if page.isFirst {
            isMultiplexed = isMultiplexed || !found.isEmpty && !hasSound
            hasSound = false
            found.append(OggLink(offset: offset, head: Array(body.prefix(page.firstPacketByteCount))))
        } else if let position = page.granulePosition, position > 0, !found.isEmpty {
            hasSound = true
            found[found.count - 1].append(position)
        }
    }

    /// The links, at least two; none if there is one, or if several streams are mixed.
    var links: [OggLink] { found.count > 1 && !isMultiplexed ? found : [] }
}

extension OggPage {
    /// Bytes of the packet that it begins with.
    fileprivate var firstPacketByteCount: Int {
        let whole = lacing.prefix { $0 == 255 }.count
        return lacing.prefix(whole + 1).reduce(0) { $0 + Int($1) }
    }
}
