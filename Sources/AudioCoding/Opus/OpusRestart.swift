import Glibc

/// From where a decoder gives the exact samples of a decode from the stream's start: a fresh one that begins with packet
/// `preRollPacket` does so for every packet from `firstPacket` up to the next restart's. A row of `opus_sync`.
///
/// Packets are counted from the stream's first packet of sound.
public struct OpusRestart: Sendable, Equatable {
    /// The first packet whose samples are exact.
    public let firstPacket: UInt64
    /// The packet to begin with, at or before that.
    public let preRollPacket: UInt64

    /// A restart at `firstPacket`, from `preRollPacket` on.
    public init(firstPacket: UInt64, preRollPacket: UInt64) {
        self.firstPacket = firstPacket
        self.preRollPacket = preRollPacket
    }
}

/// A decoder whose last packet's samples can be compared with another's.
final class ComparableOpusDecoder {
    /// The packet it began with.
    let firstPacket: UInt64
    private let decoder: OpusStreamDecoder
    private let output: UnsafeMutableRawBufferPointer
    /// Bytes of the last packet's samples; nil where it could not be decoded.
    private(set) var byteCount: Int?

    init(head: OpusHead, firstPacket: UInt64) throws(AudioCodingError) {
        self.firstPacket = firstPacket
        decoder = try OpusStreamDecoder(head: head)
        output = .allocate(byteCount: OpusPacket.maximumSampleCount * head.channels * 2, alignment: 16)
    }

    deinit {
        output.deallocate()
    }

    /// Decodes the next packet; one that is lost or cannot be decoded leaves the decoder as it was.
    func decode(_ packet: UnsafeRawBufferPointer?) {
        byteCount = packet.flatMap { try? decoder.decode($0, into: output) }.map { $0 * decoder.channels * 2 }
    }

    /// The last packet's samples; nil where it could not be decoded.
    var samples: UnsafeRawBufferPointer? { byteCount.map { UnsafeRawBufferPointer(rebasing: output[..<$0]) } }

    /// Whether both decoded the last packet to the same samples, or both could not.
    func agrees(with other: ComparableOpusDecoder) -> Bool {
        guard byteCount == other.byteCount else { return false }
        guard let byteCount, let left = output.baseAddress, let right = other.output.baseAddress else { return true }
        return memcmp(left, right, byteCount) == 0
    }

    /// Decodes the packets of `run`, and says whether each gave the samples given, or none where those are nil.
    func decodes(_ run: [(packet: [UInt8]?, samples: [UInt8]?)]) -> Bool {
        run.allSatisfy { packet, expected in
            if let packet { packet.withUnsafeBytes { decode($0) } } else { decode(nil) }
            guard let samples, let expected else { return samples == nil && expected == nil }
            return samples.elementsEqual(expected)
        }
    }
}
