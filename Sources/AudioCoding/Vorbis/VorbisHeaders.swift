import Support

extension AudioCodingError.Codec {
    /// Vorbis.
    public static let vorbis = Self(name: "Vorbis")
}

/// What a Vorbis stream's identification and setup headers say. Vorbis I, sections 4.2.2 and 4.2.4.
public struct VorbisHeaders: Sendable, Hashable {
    /// At least one.
    public let channels: Int
    /// Samples of one channel a second.
    public let sampleRate: UInt32
    /// Samples of one channel in a short block: a power of two from 64 to 8192. Half of them overlap with the block before.
    public let shortBlockSize: Int
    /// The same of a long block, which is not shorter.
    public let longBlockSize: Int
    /// The packets themselves, which a decoder is set up with.
    let packets: Packets
    private let modes: VorbisModes

    struct Packets: Sendable, Hashable {
        let identification: [UInt8]
        let setup: [UInt8]
    }

    /// The headers that the packets `identification` and `setup` are.
    init(identification: [UInt8], setup: [UInt8]) throws(AudioCodingError) {
        var reader = ByteReader(identification)
        guard Self.begins(identification, with: .identification) else {
            throw AudioCodingError(.vorbis, "the stream does not begin with a Vorbis identification header")
        }
        guard identification.count == 30, reader.skip(7), let version = reader.readLittleEndian(UInt32.self),
            let channels = reader.readByte(), let sampleRate = reader.readLittleEndian(UInt32.self), reader.skip(12),
            let sizes = reader.readByte(), let framing = reader.readByte()
        else {
            throw AudioCodingError(.vorbis, "the identification header has \(identification.count) bytes instead of 30")
        }
        guard version == 0 else { throw AudioCodingError(.vorbis, "version \(version) is not supported") }
        let (short, long) = (Int(sizes & 0xF), Int(sizes >> 4))
        guard channels > 0, sampleRate > 0, sampleRate <= UInt32(Int32.max), (6...13).contains(short), long >= short,
            long <= 13, framing & 1 == 1
        else { throw AudioCodingError(.vorbis, "the identification header contradicts itself") }
        guard Self.begins(setup, with: .setup), let modes = VorbisModes(setup: setup) else {
            throw AudioCodingError(.vorbis, "the setup header does not end with the stream's modes")
        }
        self.channels = Int(channels)
        self.sampleRate = sampleRate
        shortBlockSize = 1 << short
        longBlockSize = 1 << long
        packets = Packets(identification: identification, setup: setup)
        self.modes = modes
    }

    /// The kinds of headers. Vorbis I, section 4.2.1.
    enum Kind: UInt8 {
        case identification = 1
        case comment = 3
        case setup = 5
    }

    /// Whether `packet` is a header of `kind`.
    static func begins(_ packet: [UInt8], with kind: Kind) -> Bool {
        packet.starts(with: [kind.rawValue] + Array("vorbis".utf8))
    }

    /// Samples of one channel in the block of the packet that begins with `byte`; nil if that is not a packet of sound.
    func blockSize(ofPacketBeginningWith byte: UInt8) -> Int? {
        modes.isLong(byte).map { $0 ? longBlockSize : shortBlockSize }
    }

    /// Samples of one channel in the block before the packet that begins with `byte`, as far as that packet says so itself: a
    /// long one does. A short block is taken to follow a short one.
    func announcedPreviousBlockSize(ofPacketBeginningWith byte: UInt8) -> Int {
        modes.isLong(byte) == true && byte & modes.previousIsLongBit != 0 ? longBlockSize : shortBlockSize
    }
}
